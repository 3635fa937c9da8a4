"""A frozen value with some fields changed, for the few kinds that change with every call.

`dataclasses.replace` asks each field what it is and sets it past a check. A value that has no slots
is copied in one step. It is for values that check, derive and keep nothing of their own.
"""

from typing import TypeVar

T = TypeVar("T")
_new, _set = object.__new__, object.__setattr__


def altered(one: T, /, **new: object) -> T:
    """Return a frozen value without slots, with these fields changed, as `replace` does it.

    Raises:
        TypeError: it has no such field, or it checks or derives something as it is made.
    """
    held, kind = vars(one), type(one)
    fields = held | new
    if len(fields) > len(held) or hasattr(kind, "__post_init__"):
        raise TypeError(f"{kind.__name__} cannot be changed in {sorted(new)}")
    made = _new(kind)
    _set(made, "__dict__", fields)
    return made
