"""Verbs that are another one with a little word, or in the other direction: check in, check out.

"Turn it off" asks for no tool that turns something on. Plain data, and how it is read in a person's
words and in the name of a tool; words are compared, and nothing is decided.
"""

from collections.abc import Iterable, Iterator, Sequence

from guard.provenance.vocabulary.words import set_of

PARTICLES = set_of("out in up down off on back over away")
"""Words that make another verb of one: check out, roll back."""

_STRONG = PARTICLES - {"in", "on"}
"""Those of them that seldom say only where."""

_TURNED = set_of("turn switch power check clock log sign opt punch scal roll shut dial zoom fad")
"""Stems of verbs that any such word turns into another one."""

_BENT = set_of("mov giv call mark cut tak writ lock bring hand pull push")
"""Stems of verbs that the strong ones do."""

_OTHER_WAY = {"on": "off", "off": "on", "in": "out", "out": "in", "up": "down", "down": "up"}

_SAME = dict.fromkeys(set_of("switch power"), "turn")
"""Stems that mean the same with such a word."""

_WAYS = tuple(
    way
    for one, other in (
        ("increas rais extend boost upgrad", "decreas lower reduc shorten downgrad"),
        ("accept approv allow", "reject declin deny"),
        ("enabl", "disabl"),
        ("promot", "demot"),
        ("paus", "resum"),
        ("upload", "download"),
        ("encrypt", "decrypt"),
        ("attach", "detach"),
        ("show", "hid"),
        ("open", "clos"),
    )
    for way in ((set_of(one), set_of(other)), (set_of(other), set_of(one)))
)
"""Stems of verbs, and those of the other direction: the only table of opposites."""

_ALIKE = tuple(
    map(
        set_of,
        (
            "turnon enabl activat",
            "turnoff disabl deactivat",
            "exchang swap",
            "restart reboot",
            "rerun retry",
            "reject declin refus",
            "mut silenc",
            "complet finish don",
            "approv accept",
            "resolv solv",
            "assign reassign",
            "save bookmark",
            "compress zip",
            "restor recover undelet",
            "follow watch",
            "terminat end",
            "acknowledg ack",
            "duplicat clon copy",
        ),
    )
)
"""Stems of verbs that no class holds and that ask for the same."""

FIRST = set_of("pin lik star flag merg commit link bill bookmark follow report")
"""Stems of nouns and little words that are the verb where a tool's name begins with them."""

_PLACES = set_of(
    "the a an my our your his her their this that these those every each monday tuesday wednesday"
    " thursday friday saturday sunday weekday weekdays weekend weekends"
)
"""Words before which "in" and "on" say where or when."""
_AND = set_of("and then or und dann oder et puis")
_WISHING = set_of("would i'd we'd he'd she'd they'd who'd you'd")
_NEAR = 4
_FAR = 8


def spoken(words: Sequence[str], stems: Sequence[str]) -> Iterator[str]:
    """Yield the stems of a person's words, and verbs with their little word as one: "roll it back".

    Args:
        words: as they are written.
        stems: those of the words, in the same order.
    """
    for at, one in enumerate(stems):
        if one != "lik" or at == 0 or words[at - 1].casefold() not in _WISHING:
            yield one
    for verb, particle in _apart(words, stems):
        yield joined(stems[verb], words[particle].casefold())


def pairs(words: Sequence[str], stems: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each verb's stem that has a little word, and the two as one."""
    for verb, particle in _apart(words, stems):
        yield stems[verb], joined(stems[verb], words[particle].casefold())


def _apart(words: Sequence[str], stems: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where verbs stand, and their little words."""
    taken: dict[int, int] = {}
    for at, word in enumerate(words):
        particle = word.casefold()
        if particle not in PARTICLES:
            continue
        for verb in _verbs(words, stems, at):
            if verb not in taken or any(one in _AND for one in stems[taken[verb] : at]):
                taken[verb] = at
                yield verb, at


def _verbs(words: Sequence[str], stems: Sequence[str], at: int) -> Iterator[int]:
    """Yield where the verbs stand that a little word may belong to; beside it there is one only."""
    if not at or stems[at - 1] in _TURNED:
        yield from range(at - 1, at) if at else ()
        return
    after = words[at + 1] if at + 1 < len(words) else ""
    if (words[at].casefold(), after.casefold()) == ("out", "of"):  # "pay Ann out of my account"
        yield from (one for one in range(max(at - _FAR, 0), at) if stems[one] in _TURNED)
        return
    if words[at].casefold() not in _STRONG and (
        after.casefold() in _PLACES or (not after.islower() and after)
    ):
        yield at - 1
        return
    yield from range(max(at - _NEAR, 0), at)
    yield from (
        one for one in range(max(at - _FAR, 0), max(at - _NEAR, 0)) if stems[one] in _TURNED
    )


def joined(verb: str, particle: str) -> str:
    """Return a verb's stem and its little word as one."""
    return _SAME.get(verb, verb) + particle


def turned(one: str) -> frozenset[str]:
    """Return such a verb with the opposite little word: turn off for turn on."""
    verb, other = next(
        ((cut, way) for mark, way in _OTHER_WAY.items() if (cut := one.removesuffix(mark)) != one),
        ("", ""),
    )
    return frozenset({verb + other}) if verb in _TURNED or verb in _BENT else frozenset()


def bends(verb: str, after: str) -> bool:
    """Return whether a stem and the word after it are such a verb: turn off, log out."""
    return after in PARTICLES and (verb in _TURNED or (verb in _BENT and after in _STRONG))


def named(parts: Sequence[str], stems: Sequence[str], known: Iterable[str]) -> list[str]:
    """Return the words of a tool's name, verbs with their little word as one: turn_on, checkOut.

    Args:
        parts: the words.
        stems: those of the words, in the same order.
        known: stems that do something by themselves, or name something: "comment on" is to comment.
    """
    found: list[str] = []
    plain = frozenset(known)
    for at, word in enumerate(parts):
        particle, verb = word.casefold(), stems[at - 1] if at else ""
        strange = at == 1 and particle in PARTICLES and verb not in plain
        if strange or bends(verb, particle):
            found[-1] = joined(verb, particle)
        else:
            found.append(word)
    return found


def alike(verbs: frozenset[str]) -> frozenset[str]:
    """Return stems of verbs with those that ask for the same."""
    return verbs.union(*(many for many in _ALIKE if not many.isdisjoint(verbs)))


def against(acting: Iterable[str]) -> frozenset[str]:
    """Return the stems of verbs that ask for the other direction than these."""
    one = frozenset(acting)
    return frozenset().union(*(other for way, other in _WAYS if not way.isdisjoint(one)))
