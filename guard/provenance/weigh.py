"""A call on the scales: where each argument came from, what its texts hold, what it repeats.

States, and never decides: a rule reads the levels. The values weighed are those of the call's own
bytes, so what is judged is what is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from types import MappingProxyType

from guard.model.call import Leaf, ToolCall, ToolSpec
from guard.model.facts import LARGEST_LEFT, ProvFacts
from guard.model.origin import CREATED, LINKED, PROMPT, TRUSTED, UNTRUSTED, Levels, Origin, Source
from guard.provenance.argument.by_number import strays_by_number
from guard.provenance.argument.by_word import by_word
from guard.provenance.argument.conditional import condition
from guard.provenance.argument.many_of import many_of
from guard.provenance.argument.objects import done_to
from guard.provenance.argument.omitted import otherwise
from guard.provenance.argument.options import strays
from guard.provenance.argument.owed import owed
from guard.provenance.argument.restated import restated
from guard.provenance.argument.unlisted import told_inside
from guard.provenance.deed.acts import aims
from guard.provenance.deed.astray import astray
from guard.provenance.deed.budget import asked, done_of, ending, left
from guard.provenance.deed.called import able_of, as_held, by_arguments
from guard.provenance.deed.complete import completed
from guard.provenance.deed.listing import rested
from guard.provenance.deed.sized import largest
from guard.provenance.deed.spelled import picks
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.segment import Deed, Endorsed, UnderWay, same_write, value_digest
from guard.provenance.schema.levels import by_source, weakest
from guard.provenance.schema.roles import CHANGING
from guard.provenance.schema.slot import Slot, settled, slot_of
from guard.provenance.source.amounts import in_one_record
from guard.provenance.source.value import Value, argument
from guard.provenance.source.worth import COMPOSED, EXEMPT, IN_PROMPT, Worth, worth
from guard.provenance.speech.granting import granted
from guard.provenance.texts import text_facts
from guard.provenance.thing.misleading import misleads
from guard.provenance.thing.whose import theirs
from guard.provenance.vocabulary.contrary import once
from guard.provenance.vocabulary.lexicon import Capability
from guard.provenance.weighed import Declared, Weighed

_ENDORSABLE = frozenset({"recipient", "url"})
"""Roles whose values mean the same in every call; an id may be another object's elsewhere."""
_SENT, _SAID = frozenset({"dest", ""}), frozenset({"path", "title", "when"})
_NONE, NOTHING = Levels(), frozenset[str]()
NO_DEEDS: Mapping[Deed, int] = MappingProxyType({})


def weigh(
    call: ToolCall,
    spec: ToolSpec,
    task: Task,
    known: Known,
    declared: Declared,
    labels: frozenset[str],
    endorsed: frozenset[Endorsed] = frozenset(),
    *,
    write: str = "",
    before: Sequence[UnderWay] = (),
    leaving: bool = False,
    house: tzinfo = UTC,
    of: str = "",
    others: Mapping[Deed, int] | None = None,
) -> Weighed:
    """Return where the arguments of a call came from.

    Args:
        call: the call; its own bytes are weighed.
        spec: its tool.
        task: what the person named.
        known: what the session has seen.
        declared: the limits of the declared task.
        labels: of the session: whether it has read what strangers can write, or a secret.
        endorsed: destinations that a person approved for this tool in this session.
        write: the digest of a write; empty for a read.
        before: the writes under way, admitted before this call.
        leaving: whether the call ran, so that `wrote` and `endorses` are wanted as well.
        house: the zone in which the house reads times; UTC: nobody said.
        of: the declared task for which what was done counts; empty: none was declared.
        others: what other sessions did for it.
    """
    changes, able = not spec.effect.isdisjoint(CHANGING), able_of(task, spec)
    scales = _Scales(
        tool=spec, task=task, known=known, declared=declared, endorsed=endorsed,
        able=able, house=house,
    )  # fmt: skip
    scales.take(leaves := call.leaves())
    scales.able = able = by_arguments(task, able, scales.values)
    if "amount" in scales.roles:  # most calls pay nobody
        scales.values = owed(task, known, scales.values, scales.payees())
        scales.values = many_of(task, known, able, scales.values)
    if changes:
        if "amount" in scales.roles:
            scales.values = [*restated(task, known, able, scales.slots, scales.values)]
        scales.values = completed(
            spec.held, task, known, able, scales.values, scales.slots, scales.said
        )
        scales.values = theirs(task, known, able, scales.values, scales.declares)
        scales.other |= otherwise(task, able, spec, scales.slots, scales.values)
    levels, able = scales.levels(), as_held(task, known, spec, able, scales.values, scales.roles)
    named = granted(task.words, able) and aims(task, known, able, scales.values)
    chosen = picks(task, known, able, scales.values)
    done = done_of(known.done(of), others, before) if write else NO_DEEDS
    last = ending(able, done)
    bare = scales.bare(levels) and last is None
    meant = asked(task, last or able, bare=bare) if changes else ()
    said = named or bool(chosen or meant)
    scales.other |= changes and astray(
        task, known, able, scales.slots, scales.values, meant, said=said
    )
    told = told_inside(task, able, scales.values, scales.slots, leaves, changes=changes)
    return Weighed(
        prov=scales.facts(labels, levels),
        text=text_facts(spec, task, known, scales.values, chosen=not scales.other, told=told),
        words=not changes or said,
        asked=not changes or bool(chosen or meant) or (named and not able.verbs),
        condition=condition(task, known, able, scales.values) if changes else 0,
        spoken=task.spoken,
        left=scales.left(done, chosen) if write else LARGEST_LEFT,
        repeat=bool(write) and _is_repeated(write, spec.action, of, known, before),
        wrote=frozenset(scales.own()) if write and leaving else frozenset(),
        write=write,
        size=largest(task, able, scales.values) if write and leaving else 1,
        endorses=scales.endorses() if leaving else (),
    )


def _is_repeated(
    write: str, action: str, of: str, known: Known, before: Sequence[UnderWay]
) -> bool:
    """Return whether the same write ran for a task, or is under way."""
    if known.ran(write, action, of):
        return True
    return bool(before) and any(same_write(write, action, one.write, one.deed[0]) for one in before)


@dataclass(slots=True, kw_only=True)
class _Scales:
    """The arguments of one call, each with its worth."""

    tool: ToolSpec
    task: Task
    known: Known
    declared: Declared
    endorsed: frozenset[Endorsed]
    able: Capability
    house: tzinfo
    values: list[tuple[Value, Worth]] = field(default_factory=list)
    roles: frozenset[str] = NOTHING
    held: frozenset[str] = NOTHING  # the levels in which its values count
    sent: Sequence[Leaf] = ()
    slots: dict[str, Slot] = field(default_factory=dict)
    said: list[int] = field(default_factory=list)  # which are the person's by a request's words
    other: bool = False  # whether it does another thing than the person chose, or the opposite

    def take(self, arguments: Sequence[Leaf]) -> None:
        """Put every value of a call on the scales."""
        tool, task, able, declared = self.tool, self.task, self.able, self.declared
        held, known, values, slots = tool.held, self.known, self.values, self.slots
        house, endorsed, machines = self.house, self.endorsed, "ip" in task.kinds
        self.sent = arguments
        for path, raw, around in arguments:
            slot = slots[path] = settled(held, path) or slot_of(held, path, raw)
            value = argument(tool, path, raw, slot, around, house)
            if slot.again and declared(path, raw) is None and once(task.wanted, raw):
                self.other = True
            told = slot.read(raw) if slot.role == "flag" else raw
            free = isinstance(raw, str) and not slot.closed  # nearly always
            if not free and slot.exempts(told):
                other = strays(task, able, held, path, told)
                self.other |= other and declared(path, raw) is None
                one = EXEMPT
            elif source := declared(path, raw):
                one = Worth(source, "in_prompt" if source is PROMPT else "selected")
            elif slot.meanings and (by := by_word(task, able, slot.meanings, path, raw)):
                one = by
            else:
                one = worth(task, known, value, target=slot.target, endorsed=endorsed)
                sayable = one.source < LINKED and (slot.sayable or machines)
                if sayable and done_to(task, able, slot, value):
                    one = IN_PROMPT
                    self.said.append(len(values))
                if one is IN_PROMPT and slot.level and strays_by_number(task, known, able, value):
                    one = COMPOSED
            values.append((value, one))
        self.roles = frozenset([one.role for one, _ in values])
        self.held = frozenset([one.level for one, _ in values])

    def declares(self, at: int) -> bool:
        """Return whether a limit of the declared task names the argument at a place."""
        path, raw, _ = self.sent[at]
        return self.declared(path, raw) is not None

    def facts(self, labels: frozenset[str], levels: Levels) -> ProvFacts:
        of = by_source([(value.path, one.source) for value, one in self.values])
        tainted = "untrusted" in labels
        composed, untrusted = of[Source.COMPOSED], of[UNTRUSTED]
        whys = {one.why for _, one in self.values}
        return ProvFacts(
            user_prompt=of[PROMPT],
            trusted_tool=of[TRUSTED] | of[LINKED],
            # After strangers' words, what the agent composes may be theirs.
            untrusted=untrusted | composed if tainted else untrusted,
            secret=composed | untrusted if "secret" in labels else frozenset(),
            model=frozenset() if tainted else composed,
            linked=of[LINKED],
            created=of[CREATED],
            level=levels,
            same_record="amount" in self.roles
            and in_one_record(self.task, self.known, [one for one, _ in self.values]),
            ambiguous="ambiguous" in whys,
            index_full="index_full" in whys,
            not_canonical=misleads(self.task, self.endorsed, self.values),
            origins=self.origins(),
        )

    def bare(self, levels: Levels) -> bool:
        """Return whether nothing of the call could be compared with what the person said."""
        return levels == _NONE and not any(
            value.role in _SAID and one.why == "in_prompt" for value, one in self.values
        )

    def levels(self) -> Levels:
        return weakest(
            [(value.level, one.source) for value, one in self.values
             if value.level and one.why != "exempt"]
        )  # fmt: skip

    def payees(self) -> Iterator[Value]:
        """Yield the values that say where the call goes."""
        for value, one in self.values:
            if value.level == "dest" and one.why != "exempt":
                yield value

    def origins(self) -> tuple[Origin, ...]:
        places: dict[str, int] = {}
        told: list[tuple[Source, str, int, Value, Worth]] = []
        for value, one in self.values:
            path = value.path
            place = places[path] = places.get(path, 0) + 1
            if one.why != "exempt":
                told.append((one.source, path, place, value, one))
        told.sort()  # no two rows are alike in their first three columns
        return tuple([one.origin(value, place) for _, _, place, value, one in told[:32]])

    def going(self) -> frozenset[str]:
        """Return the kinds of what the call goes to."""
        if "dest" not in self.held:
            return NOTHING
        return frozenset(
            [kind for value, _ in self.values if value.level == "dest" for kind, _ in value.kinds]
        )

    def about(self) -> frozenset[str]:
        """Return of what the call can be one of many: whom it goes to, or what it is done to."""
        found, nouns = NOTHING, self.able.nouns
        for one in self.slots.values():
            if one.about:
                found |= one.about
            if one.level not in _SENT:
                found |= nouns
        return found or nouns

    def left(self, done: Mapping[Deed, int], chosen: int) -> int:
        """Return how many calls of this sort the task has left after this one."""
        if not self.task.spoken:
            return LARGEST_LEFT
        task, tool, able, both = self.task, self.tool, self.able, "target" in self.held
        rest = left(task, tool, able, done, kinds=self.going(), nouns=self.about(), both=both)
        return rested(task, self.known, tool, able, self.values, done, rest, chosen)

    def endorses(self) -> tuple[Endorsed, ...]:
        """Return destinations that neither the person nor a linked record named."""
        return tuple(
            (value.role, *value.kinds[0])
            for value, one in self.values
            if value.role in _ENDORSABLE and one.source < LINKED and value.kinds
        )

    def own(self) -> Iterator[str]:
        """Yield digests of what the agent writes and neither person nor linked record said."""
        for value, one in self.values:
            if one.source < CREATED:
                for kind, canonical in value.kinds:
                    yield value_digest(kind, canonical)
