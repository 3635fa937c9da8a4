"""Verbs of everyday speech and the plain ones that they stand for: get rid of it, call it off.

Of a person's words only, never of a tool's name. A verb with its little word, near each other, and
words that are said for a plain one. Data, and how it is found; it decides nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from guard.provenance.vocabulary.light import LIGHT, light
from guard.provenance.vocabulary.words import MONTH_NAMES, OTHER_VERBS, VERBS, set_of

_PHRASES = """
delete: get+rid+of do+away+with take+down throw+away throw+out toss+out chuck+out chuck+away ditch
delete: bin toss dump axe scrub zap weed+out
cancel: call+off drop+out
postpone: push+back put+off push+out
reschedule: move+up bring+forward move+forward move+back
assign transfer: hand+over pass+over sign+over
assign: pass+to put+in+charge+of appoint
decline: turn+down knock+back say+no+to
accept: say+yes+to sign+off
register enroll: sign+up put+down+for
complete: wrap+up tick+off check+off cross+off finish+up tick
restore: bring+back
revert: roll+back
return: send+back give+back take+back bring+back
stop turnoff: shut+down power+down wind+down
cancel stop: kill
backup: back+up
pause: suspend
suspend: pause
resolve: close
close: resolve
start turnon: power+on power+up bring+up
start: fire+up kick+off boot+up spin+up
pause freeze: put+on+hold
pause: hold+off
remove: take+off take+out+of throw+out kick+out strike+off
add: bring+in loop+in put+in pop+in put+down
create: set+up put+together whip+up knock+up draw+up start++a start++an start++another
create: form++a found++a launch++a begin++a
note: jot+down write+down note+down put+down take+note
schedule: pencil+in block+out
submit: hand+in turn+in send+in
compress archive: zip zip+up
save bookmark: bookmark
forward: pass+on pass+along send+on send+along hand+on relay
send write: get+back+to
share: let+in+on let+into open+up+to
share access enroll: give+access grant+access
share access: let+see let+edit let+view let+read let+change let+comment
deposit: top+up
withdraw: cash+out
connect: hook+up
replace: swap+out
raise: bump bump+up crank+up
extend renew: extend prolong lengthen
publish: put+live put+online go+live push+live set+live
unpublish: take+offline pull+offline
schedule: line+up slot+in
reserve: set+aside keep+free save+spot save+place
assign: allot allocate
charge invoice: bill invoice
release free: give+free set+free free+up
close: shut shut+off close+off
note log record: write+up put+on+record
notify: let+know give+heads give+heads-up ask+whether ask+if ask+to
label tag: flag+as mark+as
upgrade: move+up+to
refund: give+money+back pay+back get+money+back like+my+money+back
click: press tap
copy: duplicate clone
merge: fold+into combine+with
archive: file+away put+away shelve put+in+the+archive move+to+the+archive
restart: bounce
approve: wave+through greenlight green-light
rollback revert: undo
deliver: change++where
deploy: ship+to+production push+to+production roll+out
subscribe follow: subscribe+to
like star favorite favourite: mark+as+a+favourite mark+as+a+favorite mark+as+favourite
assign: let+take+care let+handle let+look+after
request: ask+for
label: tag
tag: label
restart retry rerun: start+again run+again try+again
reorder: order+again buy+again
rebook: book+again
resend: send+again
reopen: open+again
resubmit: submit+again file+again
repost: post+again
reactivate: activate+again
unhide: show+again
sell resell: put+up+for+sale put+up+for+resale put+on+sale
takeleave: take++vacation take++leave take++time+off take++holiday take++holidays go++on+vacation
takeleave: file++vacation file++leave file++time+off book++vacation book++holiday book++leave
takeleave: enter++vacation enter++leave enter++time+off log++vacation log++leave log++time+off
takeleave: take++sick+leave file++sick+leave book++sick+leave enter++sick+leave log++sick+leave
takeleave: take++sick+days file++sick+days book++sick+days enter++sick+days log++sick+days
takeleave: create++time+off add++time+off create++sick+leave add++sick+leave
takeleave: go++on+leave take++a+vacation take++a+holiday take++annual+leave book++time+off
payouttome: pay+out+to+me pay+out+to+us pay+me+out
"""
BENT = frozenset({"check", "drop"})
"""Verbs that do nothing of their own in such words: "drop her a line" deletes none."""
_FAR = 7
"""How many words the thing that is meant may take between the verb and its little word."""
_AGAIN, _FARTHER = ("again",), 11
"""A word that stands at the end of its request: "order what I had there last Friday again"."""
_AND = frozenset({"and", "then", "or", "but", "to"})
_SELF = frozenset({"me", "us"})
_DOWN, _LESS = ("down",), frozenset({"to", "by", "a"})
"""Behind "turn it down" these say how far: nothing is declined."""
_OF_DAYS = "takeleave"
"""What is asked for only where nothing but days comes behind: "add sick leave to the glossary"."""
_DAYS = MONTH_NAMES | set_of(
    """
from until till through on between starting beginning ending next this week month day days weeks
tomorrow today inclusive included please all whole morning afternoon monday tuesday wednesday
thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun me us myself
"""
)
_TAKES = set_of("take have book get put enter log record file submit register mark")
_SOME = set_of("the a an of half one two three four five six seven eight nine ten days off coming")
_ITS = set_of("the a an my our your his her its their this that these those of it them from for")
_LEAVES = re.compile(
    r"^(?:an?\s|my\s)?(?:(?:annual|sick|unpaid|paid|parental|maternity|paternity|study|training|special)\s+)?"
    r"(?:leave|vacation|holidays?|pto|time\soff)\b(?!\s(?:form|request|policy|balance|list))"
)
_WHOLE = frozenset().union(*map(frozenset, VERBS.values()), OTHER_VERBS, {"merge", "pin", "flag"})
_MANNERS = frozenset({"squash", "rebase", "force", "fast", "bulk", "batch", "auto"})
"""How something is done, before its verb: "squash-merge"."""
_GOES_ON = frozenset({"and", "then", "because", "as", "since", "so", "but", "with", "if"})


def _read(text: str) -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for line in text.strip().splitlines():
        plain, _, phrases = line.partition(":")
        for one in phrases.split():
            first, *rest = one.split("+")
            found.setdefault(first, []).append((tuple(rest), plain))
    return MappingProxyType({one: tuple(many) for one, many in found.items()})


_MEANT = _read(_PHRASES)
_FIRST = LIGHT | frozenset(_MEANT)


def idioms(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where such a verb stands, and the plain ones that it is said for.

    Args:
        words: of a sentence, as they are written.
    """
    said = [one.casefold() for one in words]
    joint = [one for one in said if "-" in one]
    if not joint and _FIRST.isdisjoint(said):
        return
    said = ["" if one == "bin" and "ich" in said else one for one in said]  # "ich bin Ida"
    acts: dict[int, str] = {}
    for at, verb in light(said):
        acts[at] = f"{acts[at]} {verb}" if at in acts else verb
    for at, one in enumerate(said):
        mark, _, last = one.rpartition("-")  # "squash-merge it"
        if mark in _MANNERS and last in _WHOLE:
            yield at, f"{last} {mark.replace('-', ' ')}"
            continue
        plain = [
            whole
            for rest, whole in _MEANT.get(one, ())
            if _follows(said, at, rest)
            if rest != _DOWN or not _LESS.intersection(said[said.index("down", at) + 1 :][:1])
            if whole != _OF_DAYS or _days_only(words[at + len([*filter(None, rest)]) + 1 :])
        ]
        plain += [acts[at]] if at in acts else []
        plain += [_OF_DAYS] if one in _TAKES and _takes_days(said, at) else []
        if plain:
            yield at, " ".join(plain)


def covered(words: Sequence[str]) -> frozenset[int]:
    """Return where the later words of such verbs stand: the "see" of "let Ann see it"."""
    said = [one.casefold() for one in words]
    return frozenset(
        place
        for at, one in enumerate(said)
        for rest, _ in _MEANT.get(one, ())
        if rest and _follows(said, at, rest)
        for place in range(at + 1, min(at + _FAR + len(rest), len(said)))
        if said[place] in rest
    )


def _takes_days(said: Sequence[str], at: int) -> bool:
    """Return whether somebody has days off: "take Friday off", "put that in as sick leave"."""
    near = said[at + 1 : at + 1 + _FARTHER]
    off = near.index("off") if "off" in near else 0
    free = near[:off]
    if free and all(one in _DAYS | _SOME or any(map(str.isdigit, one)) for one in free):
        return _ITS.isdisjoint(near[off + 1 : off + 2])
    left = (place for place, one in enumerate(near[:-1]) if one in {"as", "for"})
    return any(_LEAVES.search(" ".join(near[place + 1 :])) for place in left)


def _days_only(words: Sequence[str]) -> bool:
    """Return whether words behind a verb say on which days, and for whom, and nothing else."""
    for at, one in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else ""
        said, counts = one.casefold(), any(map(str.isdigit, after))
        if at and said in _GOES_ON:
            return True
        if said in _DAYS or any(map(str.isdigit, one)):
            continue
        if said == "to" and at:
            continue
        if said == "for" or (said in {"the", "of"} and (counts or after.casefold() in _DAYS)):
            continue
        before = next((two for two in reversed(words[:at]) if not two[:1].isupper()), "")
        if before.casefold() != "for" or not (one[:1].isupper() or counts):
            return False
    return True


def _follows(said: Sequence[str], at: int, rest: Sequence[str]) -> bool:
    """Return whether the rest of such a verb comes behind it, with no other act between."""
    if not rest:
        return True
    first = at + 1
    if said[at] in {"let", "ask"} and said[first : first + 1] and said[first] in _SELF:
        return False  # "let me see it", "ask me whether"
    if not rest[0]:  # "take++vacation": right behind it
        return tuple(said[first : first + len(rest) - 1]) == rest[1:]
    knows = said[at] == "let" and rest[0] == "know"  # "let Ann, Bob and Cy know"
    far = _FARTHER if rest == _AGAIN or knows else _FAR
    for start in range(first, min(first + far, len(said) - len(rest) + 1)):
        if tuple(said[start : start + len(rest)]) == tuple(rest):
            return True
        if said[start] in _AND and not (knows and said[start] == "and"):
            return False
    return False
