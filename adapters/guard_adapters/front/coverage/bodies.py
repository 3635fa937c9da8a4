"""From any object to the application's own functions behind it, and to what those refer to.

A function of the application is one that no installed package, no standard library and nothing of
ours has written.
"""

import functools
import sysconfig
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

import guard
import guard_adapters

OURS: Final = "guard_adapters.front."
MOST: Final = 2_000
"""How many objects are looked at on the way to a tool's function."""

_LEAVES: Final = (
    *(str, bytes, int, float, complex, bool, type(None)),
    *(type, ModuleType, CodeType, BuiltinFunctionType),
)
_ELSEWHERE: Final = tuple(
    str(Path(one).resolve())
    for one in (
        *(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")),
        *guard.__path__,
        *guard_adapters.__path__,
    )
)


def function_of(thing: object) -> FunctionType | None:
    """Return the plain function of a function or a bound method."""
    found = thing.__func__ if isinstance(thing, MethodType) else thing
    return found if isinstance(found, FunctionType) else None


def is_ours(thing: object) -> bool:
    """Return whether a function was made by one of our fronts, whatever name it bears."""
    found = function_of(thing)
    return found is not None and str(found.__globals__.get("__name__", "")).startswith(OURS)


def of_application(thing: object) -> bool:
    """Return whether a function was written for the application."""
    found = function_of(thing)
    if found is None:
        return False
    file = found.__code__.co_filename
    return not file.startswith("<frozen") and not file.startswith(_ELSEWHERE)


def bodies(thing: object, stop: Callable[[object], bool]) -> list[FunctionType]:
    """Return the application's functions that an object holds, the nearest ones only.

    Args:
        thing: a tool, a function or anything else.
        stop: at which objects not to look any deeper.
    """
    found: list[FunctionType] = []
    seen, waiting = {id(thing): thing}, deque([thing])
    while waiting and len(seen) < MOST:
        one = waiting.popleft()
        function = function_of(one)
        if function is not None and of_application(one):
            found.append(function)
            continue
        for _, part in parts(one):
            if id(part) not in seen and not stop(part):
                seen[id(part)] = part
                waiting.append(part)
    return found


def parts(thing: object) -> Iterator[tuple[str, Any]]:
    """Return what an object holds: members, items, closures; of a function not its globals."""
    if isinstance(thing, _LEAVES):
        return
    if isinstance(thing, Mapping):
        yield from ((str(name), value) for name, value in list(thing.items()))
    elif isinstance(thing, list | tuple | set | frozenset | deque):
        yield from (("", value) for value in list(thing))
    elif isinstance(thing, functools.partial):
        yield from (("", one) for one in (thing.func, *thing.args, *thing.keywords.values()))
    elif isinstance(thing, MethodType):
        yield "", thing.__self__
        yield "", thing.__func__
    elif isinstance(thing, FunctionType):
        yield from _closed_over(thing)
        if (inner := getattr(thing, "__wrapped__", None)) is not None:
            yield "", inner
    else:
        yield from _members(thing)


def _closed_over(function: FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not bound yet
            continue


def _members(thing: object) -> Iterator[tuple[str, Any]]:
    home, name = type(thing).__module__, type(thing).__name__
    if home.startswith(("guard.", "guard_adapters.")) and not (
        home.startswith(OURS) and name.startswith("_")
    ):
        return  # the guard itself; what stands in a tool's place is a private class of its front
    held = getattr(thing, "__dict__", {})
    yield from ((name, value) for name, value in list(held.items()))
    for one in type(thing).__mro__:
        for name in _slots(one):
            try:
                yield name, object.__getattribute__(thing, name)
            except AttributeError:  # never set
                continue


def _slots(one: type) -> tuple[str, ...]:
    found = one.__dict__.get("__slots__", ())
    return (found,) if isinstance(found, str) else tuple(found)


def referred(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Return the globals that a function names, those of modules that it names among them."""
    names = set(_names(function.__code__))
    for name in sorted(names & set(function.__globals__)):
        value = function.__globals__[name]
        if not isinstance(value, ModuleType):
            yield name, value
            continue
        for member in sorted(names & set(vars(value))):
            yield f"{name}.{member}", vars(value)[member]


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
