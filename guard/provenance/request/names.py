"""The names in a person's text: capitalised runs, handles, and what stands beside a container."""

import re
from collections.abc import Iterator

from guard.provenance.speech.frames import Entity
from guard.provenance.typed.canonical import MONTHS, text_of
from guard.provenance.vocabulary.grammar import TITLES
from guard.provenance.vocabulary.lexicon import is_plain, is_stop
from guard.provenance.vocabulary.words import CONTAINERS, LOOSE

_I = frozenset({"i", "i'm", "i'll", "i've", "i'd"})
_ARTICLES = frozenset({"the", "le", "la", "les", "el", "los", "las", "il", "lo"})
"""Articles that a name may begin with."""
_WORD = re.compile(r"[@#]?[^\W_]+(?:[_.'\u2019-]?[^\W_]+)*")


def names(text: str) -> Iterator[Entity]:
    """Yield the names, without their frames."""
    words = [(one[0], one.start(), one.end()) for one in _WORD.finditer(text)]
    run: list[tuple[str, int, int]] = []
    for at, (word, start, end) in enumerate(words):
        joined = bool(run) and _joins(text, run[-1], start)
        if _is_capital(text, word, start, continues=joined):
            if run and not joined:
                yield from _run(text, run)
                run = []
            run.append((word, start, end))
            continue
        yield from _run(text, run)
        run = []
        if _is_handle(word) or _beside_container(words, at):
            yield _name(text, [(word, start, end)])
    yield from _run(text, run)


def _joins(text: str, before: tuple[str, int, int], start: int) -> bool:
    """Return whether a word goes on with the name before it: "Ann Oak", and "Dr. Oak"."""
    word, _, end = before
    between = text[end:start]
    return between in {" ", "-"} or (between == ". " and word in TITLES)


def _run(text: str, run: list[tuple[str, int, int]]) -> Iterator[Entity]:
    """Yield a run of capitalised words; also without what opens a sentence, and its article."""
    led = bool(run) and run[0][0].casefold() in _ARTICLES
    if len(run) > led:
        yield _name(text, run)
    if len(run) > 1 and (led or _opens(text, run[0][1])):
        yield _name(text, run[1:])


def _opens(text: str, start: int) -> bool:
    before = text[max(start - 8, 0) : start].rstrip()
    return not before or before[-1] in ".!?:\n"


def _name(text: str, run: list[tuple[str, int, int]]) -> Entity:
    start, end = run[0][1], run[-1][2]
    literal = re.sub(r"['\u2019]s$", "", text[start:end])
    return Entity("name", text_of(literal.lstrip("@#")), literal, start, start + len(literal))


def _is_capital(text: str, word: str, start: int, *, continues: bool) -> bool:
    if not word[0].isupper() or (
        word[:3].casefold() in MONTHS
        and word.isalpha()
        and len(word) > 2  # noqa: PLR2004
        and not continues
        and _is_month(word)
    ):
        return False
    if continues:
        return word.replace("\u2019", "'").casefold() not in _I  # "text Ann I'm late"
    opens = _opens(text, start)
    if not opens and word.istitle() and word.casefold() in _ARTICLES:
        return True  # a hotel may be called Le Marais
    return not ((opens or len(word) == 1) and is_plain(word)) and not is_stop(word)


def _is_month(word: str) -> bool:
    names = "january february march april may june july august september october november december"
    return word.casefold() in names.split()


def _is_handle(word: str) -> bool:
    if word[0] in "@#":
        return word[1:2].isalpha()
    if "_" in word or (word[0].islower() and any(map(str.isupper, word))):
        return True
    return word[0].isalpha() and any(map(str.isdigit, word))


def _beside_container(words: list[tuple[str, int, int]], at: int) -> bool:
    word = words[at][0].casefold()
    if is_plain(word) or word in LOOSE or word in CONTAINERS or not word[0].isalpha():
        return False
    after = words[at + 1][0].casefold() if at + 1 < len(words) else ""
    before = words[at - 1][0].casefold() if at else ""
    return after.rstrip("s") in CONTAINERS or before in CONTAINERS
