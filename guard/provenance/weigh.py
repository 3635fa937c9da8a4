"""A call on the scales: where each argument came from, what its texts hold, what it repeats.

States, and never decides: a rule reads the levels. The values weighed are those of the call's own
bytes, so what is judged is what is sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from guard.model.call import Json, ToolCall, ToolSpec
from guard.model.facts import LARGEST_LEFT, ProvFacts, TextFacts
from guard.model.origin import NO_ARGUMENT, Levels, Origin, Source
from guard.provenance.flaw import flaw
from guard.provenance.known import Known
from guard.provenance.lexicon import capability, granted
from guard.provenance.segment import Endorsed, value_digest, write_digest
from guard.provenance.shown import exempt
from guard.provenance.task import Task
from guard.provenance.texts import text_facts
from guard.provenance.worth import Value, Worth, value_at, worth

_CHANGING = frozenset({"write", "egress", "privileged", "irreversible"})
_LEVEL_OF: Mapping[str, str] = {
    "recipient": "dest",
    "id": "target",
    "path": "target",
    "amount": "amount",
    "secret": "secret",
    "profile": "profile",
    "url": "url",
    "attach": "attach",
}
"""Which level a role counts in; roles that are missing here are texts, or need nothing."""
_IDENTITIES = frozenset({"recipient", "id", "path", "url", "attach"})
_ENDORSABLE = frozenset({"recipient", "url"})
"""Roles whose values mean the same in every call; an id may be another object's elsewhere."""
NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})
_MAKING = frozenset({"create", "schedule"})
_SOURCES = tuple(Source)

Declared = Callable[[str, Json], bool]
"""Whether the task's own limits name this value at this path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What is known of one call beside its session.

    Args:
        prov: where its values came from.
        text: what its texts hold.
        words: whether the person's words name what the tool does.
        spoken: whether anybody but the agent said what the task is.
        left: calls of this tool left in the task after this one.
        repeat: whether the same write ran before.
        wrote: short digests of the values that the agent writes without being told to.
        write: digest of the arguments of a write, empty for a read.
        asked: destinations that only a person can answer for.
    """

    prov: ProvFacts = field(default_factory=ProvFacts)
    text: TextFacts = field(default_factory=TextFacts)
    words: bool = True
    left: int = LARGEST_LEFT
    repeat: bool = False
    spoken: bool = False
    wrote: frozenset[str] = frozenset()
    write: str = ""
    asked: tuple[Endorsed, ...] = ()


def weigh(
    call: ToolCall,
    spec: ToolSpec,
    task: Task,
    known: Known,
    declared: Declared,
    labels: frozenset[str],
    endorsed: frozenset[Endorsed] = frozenset(),
    *,
    before: Mapping[str, Sequence[str]] = NOTHING,
    leaving: bool = False,
) -> Weighed:
    """Return where the arguments of a call came from.

    Args:
        call: the call; its own bytes are weighed.
        spec: its tool.
        task: what the person named.
        known: what the session has seen.
        declared: the limits of the declared task.
        labels: of the session: whether it has read what strangers can write, or a secret.
        endorsed: destinations that a person approved in this session.
        before: digests of the writes under way, admitted before this call, by tool.
        leaving: whether the call ran, so that `wrote` and `asked` are wanted as well.
    """
    changes, able = not spec.effect.isdisjoint(_CHANGING), capability(spec.tool, spec.intent)
    scales = _Scales(
        spec=spec, task=task, known=known, declared=declared, endorsed=endorsed, nouns=able.nouns
    )
    _put_leaves(scales, call.parsed(), "")
    digest = write_digest(call, spec)
    return Weighed(
        prov=scales.facts(labels),
        text=text_facts(spec, task, known, scales.values),
        words=not changes or granted(task.words, able),
        spoken=task.spoken,
        left=_left(task, spec, known, scales) - len(before.get(spec.action, ()))
        if digest
        else LARGEST_LEFT,
        repeat=bool(digest) and (known.writes(digest) > 0 or digest in before.get(spec.action, ())),
        wrote=frozenset(scales.own()) if digest and leaving else frozenset(),
        write=digest,
        asked=scales.asked() if leaving else (),
    )


@dataclass(slots=True, kw_only=True)
class _Scales:
    """The arguments of one call, each with its worth."""

    spec: ToolSpec
    task: Task
    known: Known
    declared: Declared
    endorsed: frozenset[Endorsed]
    nouns: frozenset[str]
    values: list[tuple[Value, Worth]] = field(default_factory=list)

    def put(self, path: str, raw: Json) -> None:
        value = value_at(
            path,
            role_of(self.spec, path, raw),
            "" if raw is None else raw,
            nouns_of(self.nouns, path),
            counted=self.counted(path),
        )
        if raw is None or (value.role != "permission" and exempt(self.spec, path, raw)):
            self.values.append((value, Worth(Source.PROMPT, "exempt")))
        elif self.declared(path, raw):
            self.values.append((value, Worth(Source.PROMPT, "in_prompt")))
        else:
            target = _LEVEL_OF.get(value.role) in {"target", "attach"}
            self.values.append(
                (value, worth(self.task, self.known, value, target=target, endorsed=self.endorsed))
            )

    def counted(self, path: str) -> bool:
        """Return whether an amount is of no currency: shares, litres, seats."""
        entry = self.spec.args.get(path)
        return entry is not None and not entry.currency

    def facts(self, labels: frozenset[str]) -> ProvFacts:
        of, tainted = _weakest(self.values), "untrusted" in labels
        composed, untrusted = of[Source.COMPOSED], of[Source.UNTRUSTED]
        return ProvFacts(
            user_prompt=of[Source.PROMPT],
            trusted_tool=of[Source.TRUSTED] | of[Source.LINKED],
            # After strangers' words, what the agent composes may be theirs in other clothes.
            untrusted=untrusted | composed if tainted else untrusted,
            secret=composed | untrusted if "secret" in labels else frozenset(),
            model=frozenset() if tainted else composed,
            linked=of[Source.LINKED],
            created=of[Source.CREATED],
            level=self.levels(),
            same_record=self.same_record(),
            ambiguous=any(one.why == "ambiguous" for _, one in self.values),
            index_full=any(one.why == "index_full" for _, one in self.values),
            not_canonical=any(self.flawed(value) for value, _ in self.values),
            origins=self.origins(),
        )

    def flawed(self, value: Value) -> bool:
        """Return whether an identity could be taken for another that looks like it.

        What the person wrote letter for letter is theirs, however it is written.
        """
        return (
            value.role in _IDENTITIES
            and bool(flaw(value.text))
            and value.text not in self.task.text
        )

    def levels(self) -> Levels:
        weakest: dict[str, int] = {}
        for value, one in self.values:
            level = self.level_of(value)
            if level and one.why != "exempt":
                weakest[level] = min(weakest.get(level, NO_ARGUMENT), int(one.source))
        return Levels(**weakest)

    def level_of(self, value: Value) -> str:
        """Return the level in which a value counts: an address to write to is a destination."""
        effect = self.spec.effect
        if value.role == "url":
            return "dest" if "write" in effect else "url"
        level = _LEVEL_OF.get(value.role, "")
        if level == "target" and (effect.isdisjoint(_CHANGING) or self.names_new(value)):
            return ""
        return level

    def names_new(self, value: Value) -> bool:
        """Return whether a path is the name of what the call makes, not of what is there."""
        return value.role == "path" and bool(
            capability(self.spec.tool, self.spec.intent).verbs & _MAKING
        )

    def same_record(self) -> bool:
        """Return whether every amount stands in a linked record of every receiver."""
        amounts = [self.records(one) for one, _ in self.values if one.role == "amount"]
        if not amounts or not frozenset.intersection(*amounts):
            return False  # most calls pay nobody
        payees = [self.records(one) for one, _ in self.values if self.level_of(one) == "dest"]
        return bool(payees) and bool(frozenset.intersection(*payees, *amounts))

    def records(self, value: Value) -> frozenset[int]:
        return frozenset(
            place.record
            for kind, canonical in value.kinds
            for place in self.known.places(kind, canonical)
            if place.record and place.seen.whole and place.seen.source is Source.TRUSTED
        )

    def origins(self) -> tuple[Origin, ...]:
        told = [(value, one) for value, one in self.values if one.why != "exempt"]
        told.sort(key=lambda pair: (pair[1].source, pair[0].path))
        return tuple([one.origin(value) for value, one in told[:32]])

    def asked(self) -> tuple[Endorsed, ...]:
        """Return destinations that neither the person nor a linked record named."""
        return tuple(
            (value.role, *value.kinds[0])
            for value, one in self.values
            if value.role in _ENDORSABLE and one.source < Source.LINKED and value.kinds
        )

    def own(self) -> Iterator[str]:
        """Yield digests of what the agent writes and neither person nor linked record said."""
        for value, one in self.values:
            if one.source < Source.CREATED:
                for kind, canonical in value.kinds:
                    yield value_digest(kind, canonical)


def role_of(spec: ToolSpec, path: str, raw: Json) -> str:
    """Return the role of an argument; one that nobody decided on is held to the strictest."""
    at = path
    while at:  # what a schema leaves open has the role of what holds it
        entry = spec.args.get(at)
        if entry is not None and entry.role:
            return entry.role
        at = at.rpartition(".")[0]
    if spec.effect.isdisjoint(_CHANGING):
        return "query"
    return "amount" if isinstance(raw, int | float) else "recipient"


def nouns_of(tool: frozenset[str], path: str) -> frozenset[str]:
    """Return what an argument is about: what its tool acts on, and what its own name says."""
    return tool | capability(path.rpartition(".")[2]).nouns if tool else tool


def _weakest(values: list[tuple[Value, Worth]]) -> dict[Source, frozenset[str]]:
    """Return the paths by the weakest source of what stands there."""
    sources: dict[str, Source] = {}
    for value, one in values:
        sources[value.path] = min(sources.get(value.path, Source.PROMPT), one.source)
    paths: dict[Source, set[str]] = {}
    for path, source in sources.items():
        paths.setdefault(source, set()).add(path)
    return {one: frozenset(paths.get(one, ())) for one in _SOURCES}


def _left(task: Task, spec: ToolSpec, known: Known, scales: _Scales) -> int:
    """Return how many calls of a tool the task has left: one for each destination it names."""
    if not task.spoken or task.plural:
        return LARGEST_LEFT
    kinds = {
        kind
        for value, _ in scales.values
        if scales.level_of(value) == "dest"
        for kind, _ in value.kinds
    }
    named = sum(kind in kinds and "dest" in how for (kind, _), how in task.frames.items())
    return max(named, 1) - known.calls(spec.action) - 1


def _put_leaves(scales: _Scales, value: Json, path: str) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _put_leaves(scales, inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value or [None]:  # an empty list has a path, too
            _put_leaves(scales, inner, path)
    else:
        scales.put(path, value)
