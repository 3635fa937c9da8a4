"""A frozen value with some fields changed, for the few kinds that change with every call.

`dataclasses.replace` asks each field what it is and sets it past a check. A value that has no slots
is copied in one step. It is for values that check, derive and keep nothing of their own.
"""

from typing import TypeVar

T = TypeVar("T")


def altered(one: T, /, **new: object) -> T:
    """Return a frozen value without slots, with these fields changed, as `replace` does it.

    Raises:
        TypeError: it has no such field, or it checks or derives something as it is made.
    """
    held, kind = vars(one), type(one)
    made = object.__new__(kind)
    fields = vars(made)
    fields |= held
    fields |= new
    if len(fields) > len(held) or hasattr(kind, "__post_init__"):
        raise TypeError(f"{kind.__name__} cannot be changed in {sorted(new)}")
    return made
