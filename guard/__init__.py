"""The public names of the guard, each loaded when it is first asked for.

Importing `guard` loads no policy engine and no pydantic, so that a tool server which only verifies
tokens does not pay for them. Nothing is decided and nothing is defined here.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guard.errors import (
        ApprovalPending,
        GuardError,
        NotAllowed,
        NotApproved,
        Refused,
        Unavailable,
        Unusable,
    )
    from guard.model.call import ToolCall, ToolSpec
    from guard.model.decision import Allow, Decision, Deny, Narrow, StepUp
    from guard.model.facts import Facts
    from guard.pipeline import Guard
    from guard.session.intent import TaskIntent

    __version__: str
else:
    # In `else`, because a checker that sees `__getattr__` believes in every name.
    _HOMES = {
        "guard.errors": (
            "ApprovalPending",
            "GuardError",
            "NotAllowed",
            "NotApproved",
            "Refused",
            "Unavailable",
            "Unusable",
        ),
        "guard.model.call": ("ToolCall", "ToolSpec"),
        "guard.model.decision": ("Allow", "Decision", "Deny", "Narrow", "StepUp"),
        "guard.model.facts": ("Facts",),
        "guard.pipeline": ("Guard",),
        "guard.session.intent": ("TaskIntent",),
    }

    def __getattr__(name: str) -> object:
        if name == "__version__":
            return import_module("importlib.metadata").version("guardcall")
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(home), name)
        raise AttributeError(f"module 'guard' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = [
    "Allow",
    "ApprovalPending",
    "Decision",
    "Deny",
    "Facts",
    "Guard",
    "GuardError",
    "Narrow",
    "NotAllowed",
    "NotApproved",
    "Refused",
    "StepUp",
    "TaskIntent",
    "ToolCall",
    "ToolSpec",
    "Unavailable",
    "Unusable",
    "__version__",
]
