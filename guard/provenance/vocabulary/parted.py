"""German verbs of which a part stands at the end: "sag den Termin ab" is absagen. Plain data.

And how names of tools spell words of other languages.
"""

import unicodedata
from collections.abc import Iterator, Sequence

_WHOLE = """
absagen abbestellen abbrechen abschalten anlegen anschalten anmachen anrufen ausschalten ausmachen
eintragen einladen einrichten einschalten einstellen freigeben freischalten hinzufügen umbenennen
umbuchen weiterleiten zurücksenden zurückgeben zurückerstatten
"""
_PARTS = ("ab", "an", "aus", "ein", "frei", "hinzu", "um", "weiter", "zurück")
_SPOKEN = {"geb": "gib", "nehm": "nimm", "les": "lies", "brech": "brich"}
"""How some of them change where somebody is told to do it."""
_AFTER = frozenset({"und", "oder", "dann", "aber", "bitte", "danke"})
_ALONE = frozenset({"ab", "frei", "hinzu", "zurück"})
"""Parts that are seldom anything else."""
_FAR = 12
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _told() -> Iterator[tuple[tuple[str, str], str]]:
    for whole in _WHOLE.split():
        part = next(one for one in _PARTS if whole.startswith(one))
        verb = whole.removeprefix(part).removesuffix("en").removesuffix("n")
        for one in {verb, f"{verb}e", _SPOKEN.get(verb, verb), f"{verb}n", f"{verb}en"}:
            yield (one, part), whole


_TOLD = dict(_told())


def parted(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where a verb stands whose other part ends its clause, and the whole of it.

    Args:
        words: of a sentence, as they are written.
    """
    said = [one.casefold() for one in words]
    for at, part in enumerate(said):
        ends = at + 1 == len(said) or said[at + 1] in _AFTER or part in _ALONE
        if part in _PARTS and ends:
            near = range(at - 1, max(at - _FAR, 0) - 1, -1)
            verb = next((one for one in near if (said[one], part) in _TOLD), None)
            if verb is not None:
                yield verb, _TOLD[said[verb], part]


def in_ascii(word: str) -> str:
    """Return a word as names of tools spell it: loeschen, reserver."""
    spelled = word.translate(_UMLAUTS)
    return unicodedata.normalize("NFD", spelled).encode("ascii", "ignore").decode()
