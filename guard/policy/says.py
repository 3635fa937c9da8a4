"""The effect sentence of a tool: the operator's words with the call's arguments in them.

Its own formatter, because `str.format` follows attributes (`{a.__class__}`). Arguments are shown as
one line each, without control characters; one that is too long for a line is named instead.
"""

import json
import re
import unicodedata
from collections.abc import Mapping

from guard.model.call import Json, ToolSpec
from guard.model.legible import legible
from guard.model.secret_name import looks_secret
from guard.policy.derive import values_at
from guard.policy.shape import shape_at, shape_of

ABSENT = "(not given)"
HIDDEN = "(secret)"

_PLACE = re.compile(r"\{([^{}]+)\}")
_LONGEST = 120


def placeholders(says: str) -> frozenset[str]:
    """Return the argument paths that a sentence names."""
    return frozenset(_PLACE.findall(says))


def sentence(spec: ToolSpec, arguments: Mapping[str, Json]) -> str:
    """Return what the call would do, in the operator's words; without any, the action's name."""
    if not spec.says:
        return f"Call {spec.action}"
    return _PLACE.sub(lambda found: _shown(spec, arguments, found[1]), spec.says)


def _shown(spec: ToolSpec, arguments: Mapping[str, Json], path: str) -> str:
    entry = spec.args.get(path)
    values = list(values_at(arguments, path))
    if not values:
        return ABSENT
    if entry is not None and (entry.role == "secret" or entry.opaque):
        return HIDDEN
    if (entry is None or not entry.role) and looks_secret(path.rpartition(".")[2], values[0]):
        return HIDDEN
    shape = shape_at(shape_of(spec.input_schema), path)
    minor = shape is not None and shape.kind == "long"
    if entry is not None and entry.role == "amount" and minor and entry.scale and entry.currency:
        return ", ".join(_money(one, entry.scale, entry.currency, path) for one in values)
    return ", ".join(_plain(one, path) for one in values)


def _money(value: Json, scale: int, currency: str, path: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return _plain(value, path)
    return money(value, scale, currency)


def money(value: int, scale: int, currency: str) -> str:
    """Return an amount in minor units as people write it: 1250 with scale 2 is `12.50 EUR`."""
    whole, rest = divmod(abs(value), 10**scale)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{rest:0{scale}} {currency}"


def _plain(value: Json, path: str) -> str:
    """Return one short line, or where to read what is longer; what hides is spelled out."""
    text = value if isinstance(value, str) else json.dumps(value)
    safe = "".join(
        f"<U+{ord(mark):04X}>" if unicodedata.category(mark) == "Zs" and mark != " " else mark
        for mark in legible(text)
    )
    return safe if len(safe) <= _LONGEST else f"(see argument {path})"
