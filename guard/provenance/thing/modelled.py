"""What a person names only as where a thing comes from: "write b.txt like a.txt", "off main".

Such a thing is looked at, and is not what is written or removed. It reads the words right before a
name and those behind it, and decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.model.late import late
from guard.model.origin import MEANT
from guard.provenance.quantity.counts import things_at
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.prose import is_own_name
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.thing.sides import BEHIND, BESIDE_IT, side_of, spelled
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, stem

Values = Sequence[tuple[Value, Worth]]

_MODEL = (
    r"(?:based\s+(?:up)?on|built\s+(?:up)?on|modell?ed\s+(?:up)?on|(?:branch|branched|cut|fork|forked|split|built)\s+off(?:\s+of)?"
    r"|(?<!would\s)(?<!['\u2019]d\s)(?<!\bi\s)(?<!\bwe\s)(?<!\byou\s)(?<!\bto\s)(?<!\bdo\s)like|as\s+in|similar\s+to|identical\s+to"
    r"|(?:the\s+)?same\s+as|(?:(?:is|are|was|just|only)\s+|,\s*)(?:an?\s+|the\s+)?(?:exact\s+)?cop(?:y|ies)\s+of|in\s+the\s+style\s+of|after\s+the\s+(?:model|pattern|example)\s+of"
    r"|(?:copied|derived|cloned|forked|cut|adapted|taken|branched)\s+from|inspired\s+by|compared?\s+(?:with|to)|analogous\s+to"
    r"|nach\s+dem\s+(?:muster|vorbild)\s+von|basierend\s+auf|auf\s+(?:der\s+)?basis\s+von|(?:so\s+)?wie|genauso\s+wie"
    r"|sur\s+(?:le\s+mod\u00e8le|la\s+base)\s+d[eu]|comme|bas\u00e9e?s?\s+sur|\u00e0\s+partir\s+d[eu]"
    r"|basad[oa]s?\s+en|a\s+partir\s+de|como)"
)
_FROM = r"(?:from|out\s+of|aus|depuis)"
_AS = (
    r"\s+as\s+(?:an?|the|your|its?)?\s*"
    r"(?:template|base|basis|model|reference|example|pattern|starting\s+point)\b"
)
_RELATED = (
    r"(?P<relation>father|mother|parents?|sons?|daughters?|child(?:ren)?|brothers?|sisters?|siblings?|twins?"
    r"|cousins?|spouse|wife|husband|partners?|boss|managers?|supervisors?|assistants?|deputy|deputies"
    r"|secretary|predecessors?|successors?|neighbou?rs?|friends?|colleagues?|owners?|rivals?"
    r"|cop(?:y|ies)|duplicates?|clones?|replacements?|substitutes?)\b"
)
"""What somebody or something is to the one that is named, and so another one."""
_NEAR = (
    r"(?:(?:right\s+|just\s+)?next\s+to|beside|adjacent\s+to|opposite(?:\s+of)?|across\s+from|in\s+front\s+of"
    r"|closest\s+to|nearest\s+to|\bthe\s+(?:[^\W\d_]+\s+)?[^\W\d_]+\s+(?:right\s+)?(?:after|before|following|preceding)"
    r"|(?:that|which|who)\s+[^\W\d_]+s\s+(?:with|near|after|before|behind|against))"
)
"""What lies or goes beside the one that is named."""
_OF_IT = late(rf"['\u2019]s\s+(?:[^\W\d_]+\s+)?{_RELATED}", re.IGNORECASE)
_OF_THAT = late(
    rf"\b(?:the|his|her|its|their|my|our)\s+(?:[^\W\d_]+\s+)?{_RELATED}\s+(?:of|to)\s+{BESIDE_IT}\Z",
    re.IGNORECASE,
)
_NEAR_IT = late(rf"(?<!\w){_NEAR}\s+{BESIDE_IT}\Z", re.IGNORECASE)
_THAT = late(rf"\b(?:that|which|whom)\s+{BESIDE_IT}\Z", re.IGNORECASE)
_DOES = late(
    r"\s+(?:(?:has|had|have)\s+)?(?!(?:is|was|has|as|does)\b)[a-z]{2,}(?:s|ed|ght|nt|de|ld|ft)\b"
)
_WHO_DID = late(
    r"\b(?:that|which|who)\s+(?:has\s+|had\s+)?"
    r"(?!(?:is|was|has|called|named|titled|labell?ed|reads|says)\b)"
    rf"[a-z]{{2,}}(?:s|ed)\s+{BESIDE_IT}\Z"
)
"""Whose deed tells of a thing, or to whom it is done: "that Bob brought", "who replaced Bob"."""
_SAID = late(
    rf"(?<!\w)(?:{_MODEL}|{_FROM}|{_NEAR})\s|{_AS}|\b{_RELATED}|\b(?:that|which|whom?)\s",
    re.IGNORECASE,
)
_AFTER_MODEL = late(rf"(?<!\w){_MODEL}\s+{BESIDE_IT}\Z", re.IGNORECASE)
_AFTER_ANY = late(rf"(?<!\w)(?:{_MODEL}|{_FROM})\s+{BESIDE_IT}\Z", re.IGNORECASE)
_AS_ONE = late(_AS, re.IGNORECASE)
_APART = late(r"(?<![\w@-])(?<!\w[./])")
_FAR = 100
"""How far (characters) before a name the words can begin that make it a model."""
_TAKES = frozenset(
    map(
        stem,
        (
            *("copy", "duplicate", "clone", "fork", "import", "export", "download", "move"),
            *("merge", "like"),
        ),
    )
)
"""Verbs of tools whose object is where something comes from, or is liked."""
_MAKES = frozenset({"create", "change"})
_BESIDE_THEM = frozenset({"read", "schedule", "buy", "post", "send"})
"""Classes of verbs of which whoever makes something uses one as well."""
_TAKEN = frozenset(
    map(
        stem,
        ("template", "base", "model", "reference", "ref", "parent", "original", "example", "like"),
    )
)
"""Words of arguments for what something is made after."""
_ACTED = frozenset({"target", "dest"})


def modelled(task: Task, known: Known, able: Capability, values: Values) -> Iterator[int]:
    """Yield the places of a call's arguments that the person named only as a model, or a source.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    if not (_speaks(task.wanted) and able.stems.isdisjoint(_TAKES)):  # nearly always
        return
    weak = _MAKES.isdisjoint(able.verbs) or not able.verbs <= _MAKES | _BESIDE_THEM
    for at, (value, one) in enumerate(values):
        if (
            not (value.level in _ACTED or value.role == "path")
            or one.why not in MEANT
            or _takes(value)
        ):
            continue
        names = {value.text.strip()}
        if one.why == "linked_record" and one.place is not None:
            names = {*known.record(one.place.record).titles} or names
        # "The letter from Kim" says which one it is.
        own = weak or one.why == "linked_record"
        found = [_only(name, task.wanted, weak=own) for name in names if name]
        if any(found) or any(_is_reference(name, task.wanted, value, one) for name in names):
            yield at
        elif one.place is not None:
            record = known.record(one.place.record)
            called = (text for path, text in record.keys.items() if is_own_name(path))
            if value.level == "target" and any(_is_actor(name, task.wanted) for name in called):
                yield at


def _is_reference(name: str, text: str, value: Value, one: Worth) -> bool:
    """Return whether a text says by a name only what its thing is beside, or to whom it is related.

    Whoever asks for "Ann's manager" means the field or the argument that is called so.
    """
    if not name or value.level not in _ACTED or side_of(value.path) == "from":
        return False
    relations = _references(name, text)
    if not relations:
        return False
    paths = (value.path, one.place.seen.path) if one.place is not None else (value.path,)
    own = value.kin.union(*map(things_at, paths))
    return not any(stem(word) in own for word in relations if word)


@lru_cache(maxsize=1024)
def _is_actor(name: str, text: str) -> bool:
    """Return whether a text says by a name only who does something to its thing, or the reverse."""
    every = [*re.finditer(spelled(name) + BEHIND, text, re.IGNORECASE)]
    return bool(every) and all(
        (
            _THAT.search(text, max(one.start() - _FAR, 0), one.start())
            and _DOES.match(text, one.end())
        )
        or _WHO_DID.search(text, max(one.start() - _FAR, 0), one.start())
        for one in every
    )


@lru_cache(maxsize=1024)
def _references(name: str, text: str) -> tuple[str, ...]:
    """Return by which words a text relates things to a name, if it does wherever it says it."""
    found = list[str]()
    for one in re.finditer(spelled(name) + r"(?![\w@-])", text, re.IGNORECASE):
        start = max(one.start() - _FAR, 0)
        if not _APART.match(text, one.start()):
            continue
        said = _OF_IT.match(text, one.end()) or _OF_THAT.search(text, start, one.start())
        if said:
            found.append(said["relation"].casefold())
        elif _NEAR_IT.search(text, start, one.start()):
            found.append("")
        else:
            return ()
    return tuple(found)


def _takes(value: Value) -> bool:
    """Return whether an argument is for what something is made after."""
    words = map(stem, words_in(value.path.rpartition(".")[2]))
    return (
        value.role in {"source", "attach"}
        or side_of(value.path) == "from"
        or not _TAKEN.isdisjoint(words)
    )


@lru_cache(maxsize=256)
def _speaks(text: str) -> bool:
    return _SAID.search(text) is not None


@lru_cache(maxsize=1024)
def _only(name: str, text: str, *, weak: bool) -> bool:
    """Return whether a text names something only where other things are made after it."""
    before = _AFTER_MODEL if weak else _AFTER_ANY
    every = [one.span() for one in re.finditer(spelled(name) + BEHIND, text, re.IGNORECASE)]
    whole = [(start, end) for start, end in every if _APART.match(text, start)]
    after = [start for start, _ in every if before.search(text, max(start - _FAR, 0), start)]
    ahead = [end for _, end in whole if _AS_ONE.match(text, end)]
    return 0 < len(whole) <= len(after) + len(ahead)
