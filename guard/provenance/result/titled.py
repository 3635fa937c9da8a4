"""The names that a session's tools have shown, and which of them a text says whole."""

from collections.abc import Iterable, Iterator

from guard.provenance.schema.kin import shows_people

_LONGEST, _WORDS, _TEXTS = 10, 2000, 64
"""Words of a name that is looked for in a text, words of that text, texts whose names are kept."""
_NONE: frozenset[str] = frozenset()


class Titled:
    """The names that each tool has shown. Mutable: `learn` is its only change."""

    def __init__(self) -> None:
        self._names: set[tuple[str, str]] = set()
        self._kept: dict[tuple[str, str], tuple[int, frozenset[str]]] = {}

    def learn(self, action: str, names: Iterable[str]) -> None:
        """Take in the names of a record that a tool showed, as `plainly` has them."""
        self._names.update((action, name) for name in names)

    def said(self, text: str, action: str) -> frozenset[str]:
        """Return the names of a tool's results that a text says whole.

        Args:
            text: its words, as `plainly` has them, a blank around each.
            action: the tool.
        """
        key = text, action
        size, found = self._kept.get(key, (-1, _NONE))
        if size != len(self._names):
            found = frozenset(one for one in _runs(text.split()) if (action, one) in self._names)
            if len(self._kept) > _TEXTS:
                self._kept.clear()
            self._kept[key] = len(self._names), found
        return found


def people_in(called: Iterable[str], tool: str) -> Iterator[str]:
    """Yield the names of several words that may be somebody's, as far as a tool's name tells."""
    if shows_people(tool) is not False:
        for one in called:
            if " " in one and one.replace(" ", "").replace("-", "").isalpha():
                yield one


def runs_in(name: str, said: str) -> Iterator[str]:
    """Yield the longest runs of a name's words that a text says as well."""
    words, at = name.split(), 0
    while at < len(words):
        stop = at
        while stop < len(words) and f" {' '.join(words[at : stop + 1])} " in said:
            stop += 1
        if stop > at:
            yield " ".join(words[at:stop])
        at = max(stop, at + 1)


def stands_alone(name: str, said: str, whole: Iterable[str]) -> bool:
    """Return whether a text says a name elsewhere than within a longer one that was shown."""
    for one in whole:
        if one != name and f" {name} " in f" {one} ":
            said = said.replace(f" {one} ", " | ")
    return f" {name} " in said


def _runs(words: list[str]) -> Iterable[str]:
    """Yield the runs of words that may be a name."""
    for at in range(min(len(words), _WORDS)):
        for many in range(1, _LONGEST + 1):
            yield " ".join(words[at : at + many])
