"""By which texts a call that looks things up asked for a part of a list.

What it says is kept with what came back, so that later it can be compared with what the person
said. It judges nothing.
"""

from guard.model.call import Json, ToolCall, ToolSpec
from guard.provenance.schema.shown import default_at
from guard.provenance.schema.switches import as_said
from guard.provenance.vocabulary.currencies import words_in

_SIZES = frozenset({"limit", "size", "max", "maximum", "top", "per"})
"""Words of names for how many a call wants at most."""
_OF = frozenset({"page", "results", "items", "count", "rows", "entries", "records", "number", "n"})
"""Words that may stand beside those: a `max_price` is no number of results."""
_STARTS = frozenset({"page", "offset", "skip"})
"""Words of names for where a page begins; the first one is at 0 or 1."""
_SORTS = frozenset({"sort", "order", "sorting", "ordering", "by", "direction", "dir", "field"})
"""Words of names for the order of a list, which leaves nothing out."""
_SHOWS = frozenset({"include", "with", "show", "only"})
"""Words of names of which a no leaves nothing out, or what is left out anyway."""
_PLAIN = _SHOWS | {"is", "has"}
_NOTHING: tuple[Json, ...] = (None, "", [], {})
_MOST, _LONGEST = 4, 80


def sought_by(spec: ToolSpec, call: ToolCall) -> tuple[tuple[str, ...], int]:
    """Return the texts by which a call looked for things, and how many it wanted at most; 0: any.

    No text at all: nobody can tell what it asked for, or it asked for all there is.
    """
    texts, most = list[str](), 0
    given = [(name, one) for name, one in call.parsed().items() if one not in _NOTHING]
    for name, one in given:
        words = frozenset(words_in(name))
        if _leaves_all(spec, name, words, one):
            continue
        if isinstance(one, int) and not words.isdisjoint(_SIZES) and words <= _SIZES | _OF:
            most = min(most, one) if most else one
            continue
        text = _said_as(spec, name, one)
        if not text:
            return (), most
        texts.append(text)
    if not given or len(texts) > _MOST or most < 0:
        return (), most
    return tuple(texts) or ("",), most


def _leaves_all(spec: ToolSpec, name: str, words: frozenset[str], one: Json) -> bool:
    """Return whether an argument leaves nothing out of a list."""
    if one is False and not words.isdisjoint(_SHOWS):
        return True
    default = default_at(spec, name)
    if type(one) is type(default) and one == default:
        return True
    sorts = not words.isdisjoint({"sort", "order", "sorting", "ordering"}) and words <= _SORTS
    if isinstance(one, str) and sorts:
        return True
    return type(one) is int and not words.isdisjoint(_STARTS) and 0 <= one <= 1


def _said_as(spec: ToolSpec, name: str, one: Json) -> str:
    """Return how people say that they want only what an argument leaves; empty: nobody can tell."""
    entry = spec.args.get(name)
    if isinstance(one, bool):
        return as_said(name, _PLAIN, on=one)
    if isinstance(one, int | float):
        return f"{one:g}"
    if not isinstance(one, str) or len(one) > _LONGEST or (entry and entry.role == "secret"):
        return ""
    return one
