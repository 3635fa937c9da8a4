"""By which texts a call that looks things up asked for a part of a list.

What it says is kept with what came back, so that later it can be compared with what the person
said. It judges nothing.
"""

from guard.model.call import Json, ToolCall, ToolSpec
from guard.provenance.currencies import words_in

_SIZES = frozenset({"limit", "size", "max", "maximum", "top", "per"})
"""Words of names for how many a call wants at most."""
_STARTS = frozenset({"page", "offset", "skip"})
"""Words of names for where a page begins; the first one is at 0 or 1."""
_NOTHING: tuple[Json, ...] = (None, "", [], {}, False)
_MOST, _LONGEST = 4, 80


def sought_by(spec: ToolSpec, call: ToolCall) -> tuple[tuple[str, ...], int]:
    """Return the texts by which a call looked for things, and how many it wanted at most; 0: any.

    No text at all: nobody can tell what it asked for, or it asked for all there is.
    """
    given = {name: one for name, one in call.parsed().items() if one not in _NOTHING}
    texts, most = list[str](), 0
    for name, one in given.items():
        words, entry = frozenset(words_in(name)), spec.args.get(name)
        if isinstance(one, int) and not words.isdisjoint(_SIZES):
            most = min(most, one) if most else one
        elif isinstance(one, int) and not words.isdisjoint(_STARTS) and 0 <= one <= 1:
            continue
        elif not isinstance(one, str) or len(one) > _LONGEST or (entry and entry.role == "secret"):
            return (), most
        else:
            texts.append(one)
    if not given or len(texts) > _MOST or most < 0:
        return (), most
    return tuple(texts) or ("",), most
