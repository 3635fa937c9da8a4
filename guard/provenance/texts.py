"""What the texts, dates and permissions of a call hold, and whether the task knows of it.

Prose is not judged: only the links and addresses in it, and in short texts the words.
"""

import re
from datetime import date

from guard.model.call import ToolSpec
from guard.model.facts import TextFacts
from guard.model.origin import LINKED, PROMPT
from guard.provenance.argument.blanks import filled
from guard.provenance.argument.daily import passed_over, slot_said
from guard.provenance.argument.elsewhen import elsewhen
from guard.provenance.argument.heard import heard
from guard.provenance.argument.lasting import ends, outlasts, stretches
from guard.provenance.argument.rights import granted
from guard.provenance.argument.shifted import shifted
from guard.provenance.argument.uttered import says_when
from guard.provenance.quantity.dates import months_in, periods_in, recurs_on
from guard.provenance.quantity.hours import within_part
from guard.provenance.request.pieces import asking
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.records import plainly
from guard.provenance.schema.roles import CHANGING
from guard.provenance.schema.shown import is_needed
from guard.provenance.source.moments import contradicts
from guard.provenance.source.paths import named_path
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth, worth
from guard.provenance.typed.canonical import typed
from guard.provenance.typed.exposed import keys_in, secrets_in
from guard.provenance.typed.leads import leads
from guard.provenance.typed.looks import only_reads
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, capability, stem
from guard.provenance.vocabulary.titles import content_words

_FREE = frozenset({"body", "title"})
_TEXTS = frozenset({"body", "title", "path", "url", "attach"})
_GIVEN = frozenset({"target", "amount", "attach"})
_LOOKED_AT = _TEXTS | {"when", "permission", "command"}
_CLOSED = frozenset({"private", "hidden", "confidential"})
"""Permissions that let nobody else in: who says the word means them."""
_ID = re.compile(r"#?(?=[^\s\d]*\d)[\w./-]*\d{3}[\w./-]*")
"""One word with a number in it."""

_STATEMENTS = frozenset({"sql", "query", "statement"})

Weighed = list[tuple[Value, Worth]]


def text_facts(
    spec: ToolSpec, task: Task, known: Known, values: Weighed, *, chosen: bool,
    told: bool = False,
) -> TextFacts:  # fmt: skip
    """Return what the texts of a call hold.

    Args:
        spec: the tool.
        task: what the person named.
        known: what the session has seen.
        values: the arguments with their worth.
        chosen: whether no value of a closed set is another one than the person named.
        told: whether what stands in objects without a schema is the person's.
    """
    free: list[Value] = []
    moments: list[tuple[Value, Worth]] = []
    outbound, short_unknown, within = False, False, True
    commands: list[str] = []
    for one, found in values:
        if one.role not in _LOOKED_AT:
            continue
        if one.role in _TEXTS:
            outbound = True
        if one.role in _FREE and found.why != "exempt":
            free.append(one)
        if one.role == "title":
            known_words = (
                found.source >= LINKED or _worded(task, one) or filled(task, known, one.text)
            )
            short_unknown = short_unknown or (bool(one.text) and not known_words)
        elif one.role == "path" and not one.level:  # the name of what the call makes
            told = found.why != "other_request" and named_path(task, known, one.text)
            known_words = found.source >= LINKED or told
            short_unknown = short_unknown or not known_words
        elif one.role == "command":
            commands.append(one.text if _is_statement(one.path) else "")
        elif one.role == "when":
            moments.append((one, found))
        elif one.role == "permission" and not spec.effect.isdisjoint(CHANGING):
            going = _going(known, values)  # what looks gives nobody a right
            within = within and _within(spec, task, one, found, going)
    starts = [one for one, _ in moments if not ends(one.path)]
    last = [one for one, _ in moments if ends(one.path)] if len(starts) < len(moments) else []
    return TextFacts(
        outbound=outbound and "egress" in spec.effect,
        active_unknown=bool(free) and _are_strange(spec, task, known, free, values),
        short_unknown=short_unknown,
        only_reads=bool(commands) and all(map(only_reads, commands)),
        when_known=not moments or _are_told(spec, task, known, moments, starts, values),
        when_ordered=not last or _ordered(starts, last),
        permission_within=within,
        choice_known=chosen,
        open_told=told,
    )


def _is_statement(path: str) -> bool:
    """Return whether an argument is called after the language of databases: `sql`, `query`."""
    return not _STATEMENTS.isdisjoint(words_in(path.rpartition(".")[2]))


def _are_strange(
    spec: ToolSpec, task: Task, known: Known, texts: list[Value], values: Weighed
) -> bool:
    """Return whether a text of a call leads somewhere unknown, or adds what nobody said."""
    goes = "egress" in spec.effect or any(one.level == "dest" for one, _ in values)
    for one in texts:
        if _active_unknown(task, known, one) or (goes and _adds(spec, task, known, one, values)):
            return True
    return False


def _are_told(
    spec: ToolSpec, task: Task, known: Known, moments: Weighed, starts: list[Value],
    values: Weighed,
) -> bool:  # fmt: skip
    """Return whether no moment of a call goes against what the person said of when."""
    able = capability(spec.named, spec.intent)
    return all(_is_told(task, known, able, one, found, starts, values) for one, found in moments)


def _active_unknown(task: Task, known: Known, value: Value) -> bool:
    """Return whether a text leads its reader somewhere, or lets them in, and nobody said so."""
    for kind, canonical in leads(value.text):
        if not _cleared(task, known, kind, canonical):
            return True
    secrets = (*secrets_in(value.text), *keys_in(value.text))
    return bool(secrets) and any(not _cleared(task, known, "text", one) for one in secrets)


def _adds(spec: ToolSpec, task: Task, known: Known, value: Value, values: Weighed) -> bool:
    """Return whether a text that need not be there has nothing of the person's, and goes out.

    The tag of a payment tells an exchange whose account it is for, as its address does; and who
    gets a thing with a word that nobody said gets two. Where the text is all that goes, it is what
    was asked for.
    """
    one = value.text.strip()
    if value.role != "body" or is_needed(spec.held, value.path):
        return False
    beside = spec.held.schema.get("required") and any(two.level in _GIVEN for two, _ in values)
    own = content_words(one) if beside else None
    strange = _ID.fullmatch(one) or (own and own.isdisjoint(task.wording))
    return bool(strange) and not _cleared(task, known, "text", one)


def _cleared(task: Task, known: Known, kind: str, canonical: str) -> bool:
    if task.passes_on(kind, canonical) or (kind == "text" and canonical in task.said):
        return True
    value = Value("", "body", canonical, *typed(canonical))
    said = any(value.moment) or not task.objects.isdisjoint(value.kinds)
    if not said and not [one for one in known.seen(value.kinds) if one.seen.trusted]:
        return False  # nobody wrote it whose word counts
    return worth(task, known, value, target=False).source >= LINKED


def _worded(task: Task, value: Value) -> bool:
    """Return whether every word of content in a short text is one that the person used.

    One without such words, as "x", says nothing of theirs but as they wrote it.
    """
    own = content_words(value.text)
    return own <= task.wording if own else f" {plainly(value.text)} " in f" {plainly(task.said)} "


def _is_told(
    task: Task, known: Known, able: Capability, value: Value, found: Worth, starts: list[Value],
    values: Weighed,
) -> bool:  # fmt: skip
    """Return whether a moment is none that goes against what the person said of when."""
    far = shifted(task, known, able, value, found, values)
    if far is not None:
        return far and not elsewhen(task, able, value)
    return (
        (_when_known(task, value, found) or _free_end(task, value, starts))
        and not _is_stretched(task, known, value, found, starts, values)
        and _within_period(task, able, value, found)
        and _is_of_its_part(task, value, found)
        and not elsewhen(task, able, value)
        and not outlasts(task, value, starts)
        and not (slot_said(task.wanted) and passed_over(task, known, value))
    )


def _when_known(task: Task, value: Value, found: Worth) -> bool:
    """Return whether a moment is none that contradicts those which the person named."""
    if not value.text or found.source is PROMPT:
        return True
    if found.source >= LINKED and not (task.days and found.why == "linked_record"):
        return True
    if words_in(value.path.rpartition(".")[2])[-1:] == ("month",):
        return _month_known(task, value.text)
    if not any(value.moment) and (says_when(task.text) or any(leads(value.text))):
        return False  # other words than theirs
    return not contradicts(task, value)


def _within_period(task: Task, able: Capability, value: Value, found: Worth) -> bool:
    """Return whether a day is of a month or a year within which the person wants something."""
    day, _ = value.moment
    if not day or task.days or not task.today or found.source >= LINKED:
        return True
    own = [task.wanted[one.start : one.end] for one in asking(task.pieces, able)] or [task.wanted]
    periods = {
        period
        for text in own
        for today in task.today
        for period in periods_in(text, date.fromisoformat(today))
    }
    return not periods or day.startswith(tuple(periods))


def _is_of_its_part(task: Task, value: Value, found: Worth) -> bool:
    """Return whether a moment is in the part of the day, and on the day, that were said roughly."""
    day, time = value.moment
    if found.source >= LINKED or ends(value.path):
        return True
    told = not time or task.hours or within_part(task.wanted, time)
    return told and (not day or task.days or recurs_on(task.wanted, day))


def _month_known(task: Task, text: str) -> bool:
    """Return whether a month is one that the person named: no other one is meant by nothing."""
    days = [date.fromisoformat(one) for one in task.today]
    if any(text in months_in(task.wanted, one) for one in days):
        return True
    return text.isalpha() and re.search(rf"\b{text}\b", task.wanted) is not None


def _free_end(task: Task, value: Value, starts: list[Value]) -> bool:
    """Return whether a moment ends what begins at the only time that the person named."""
    day, _ = value.moment
    if not ends(value.path) or not (
        not day or task.dated(day) or any(day == one.moment[0] for one in starts)
    ):
        return False
    begun = {one.moment[1] for one in starts}
    if task.ends and value.moment[1] and not task.timed(value.moment[1]):
        return False  # they said how long it takes
    return all(canonical in begun for kind, canonical in task.frames if kind == "time")


def _is_stretched(
    task: Task, known: Known, value: Value, found: Worth, starts: list[Value], values: Weighed
) -> bool:
    """Return whether a thing ends at a time that nobody said, and lasted not so long before."""
    if not ends(value.path) or found.source >= LINKED or task.ends:
        return False
    things = (one for one, _ in values if one.level == "target")
    return stretches(task, known, value, starts, things)


def _ordered(starts: list[Value], ends: list[Value]) -> bool:
    """Return whether every end comes after its start, as far as both are moments."""
    first = [one.moment for one in starts if one.moment[0]]
    last = [one.moment for one in ends if one.moment[0]]
    return not (first and last) or max(first) <= min(last)


def _within(
    spec: ToolSpec, task: Task, value: Value, found: Worth, going: frozenset[tuple[str, str]]
) -> bool:
    """Return whether a permission is one that the person named, or the least if they named none."""
    if value.text in _CLOSED and stem(value.text) in task.words.stems:
        return True
    if found.source is PROMPT or granted(task, value.text, going):
        return True
    entry = spec.args.get(value.path)
    order = entry.order if entry else ()
    least = bool(order) and value.text == order[0]
    if least and "change" in capability(spec.named, spec.intent).verbs:
        least = is_needed(spec.held, value.path)  # nobody asked for that change
    if not least or not heard(task, order) <= {order[0]}:
        return False  # who said "as an editor" wants no reader
    return not any(granted(task, one, going) for one in order[1:])


def _going(known: Known, values: Weighed) -> frozenset[tuple[str, str]]:
    """Return as what a person may name those whom a call reaches: their address, or their name."""
    dests = [(value, one) for value, one in values if value.level == "dest"]
    records = [known.record(one.place.record) for _, one in dests if one.place is not None]
    names = {name for record in records for name in record.titles}
    parts = {part for name in names for part in name.split()}
    kinds = (kind for value, _ in dests for kind in value.kinds)
    return frozenset([*kinds, *(("text", one) for one in names | parts)])
