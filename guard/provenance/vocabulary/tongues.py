"""How people are told in four other languages to do something, as the English verb of it.

In German, French, Spanish and Italian. Only where the verb begins a sentence, or stands behind a
please or an and, or is what they ask whether one could do. Imperatives with pronouns at their end
("bórralo"), and German ones of which a part ends the clause ("häng es auf"). A verb that is missing
asks for nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from guard.provenance.vocabulary.parted import in_ascii
from guard.provenance.vocabulary.tongue_words import AMBIGUOUS, PARTED, PHRASES, SURE, VERBS
from guard.provenance.vocabulary.words import set_of

_ENDINGS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "-": (("", "e"), ("en", "n")),  # German: lösch, lösche; löschen
        "~": (("e", "ez"), ("er",)),  # French: supprime, supprimez; supprimer
        "*": (("a", "e", "en"), ("ar",)),  # Spanish: borra, borre, borren; borrar
        "+": (("e", "a", "an"), ("er", "ir")),  # Spanish: vende, venda; vender
        "^": (("a",), ("are",)),  # Italian: prenota; prenotare
        "=": (("i", "a"), ("ere", "ire")),  # Italian: chiudi, chiuda; chiudere
        "": (("",), ("",)),
    }
)
"""Forms by which one is told, and those that name an act, by the mark behind a stem."""
_PRONOUNS = re.compile(r"(?:(?:me|te|se|nos)?(?:l[aeo]s?)|me|nos|mi|ci|gli(?:e?l[aeio])?|li|ne)$")
_FRENCH = re.compile(r"-(?:l[ae]s?|lui|leur|moi|nous|en|y)(?:-(?:l[ae]s?|lui|leur|moi|en|y))?$")
_LEADS = set_of(
    """
bitte und dann auch noch y luego favor también et puis plaît aussi ok hallo hola bonjour danke
ciao e poi anche
"""
)
"""Words behind which somebody is told to do something."""
_HELLO = set_of(
    """
hallo hola bonjour salut hi hey liebe lieber ciao buongiorno
"""
)
_COULD = set_of(
    """
kannst könntest können könnten würdest puedes podrías podría quiero quisiera necesito peux-tu
pouvez-vous pourrais-tu pourriez-vous voudrais veux möchte bitte puoi potresti può potrebbe vorrei
magst würden
"""
)
"""Words by which an act that is named behind them is asked for."""
_AFTER = frozenset({"und", "oder", "dann", "aber", "bitte", "danke"})
_FAR = 14


def _forms() -> Iterator[tuple[str, str, bool]]:
    for line in VERBS.strip().splitlines():
        plain, _, stems = line.partition(":")
        for one in stems.split():
            mark = one[-1] if one[-1] in _ENDINGS else ""
            told, named = _ENDINGS[mark]
            cut = one.removesuffix(mark)
            yield from ((in_ascii(cut + end), plain, True) for end in told)
            yield from ((in_ascii(cut + end), plain, False) for end in named if mark)


def _table(*, told: bool) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for form, plain, is_told in _forms():
        if is_told is told:
            found[form] = f"{found[form]} {plain}" if form in found else plain
    return MappingProxyType(found)


_DOUBTFUL, _SURE = frozenset(AMBIGUOUS.split()), frozenset(SURE.split())
_TOLD, _NAMED = _table(told=True), _table(told=False)


def _in_parts() -> Mapping[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for line in PARTED.strip().splitlines():
        plain, _, pairs = line.partition(":")
        for one in pairs.split():
            verb, _, parts = one.partition("+")
            for part in parts.split("/"):
                for form in (verb, f"{verb}e"):
                    key = in_ascii(form), in_ascii(part)
                    found[key] = f"{found[key]} {plain}" if key in found else plain
    return MappingProxyType(found)


def _bent(marks: str) -> frozenset[str]:
    """Return all forms of the verbs that bend as some marks say."""
    return frozenset(
        in_ascii(one[:-1] + end)
        for line in VERBS.strip().splitlines()
        for one in line.partition(":")[2].split()
        if one[-1] in marks
        for end in (*_ENDINGS[one[-1]][0], *_ENDINGS[one[-1]][1])
    )


_HELD = set_of(
    """
si cuando hasta antes después salvo excepto menos sino nunca jamás no tampoco sin non quando finché
prima dopo tranne eccetto meno mai senza neanche nemmeno appena come perché
"""
)
"""Words by which Spanish or Italian forbids, leaves out or makes a condition: read here alone."""
_IF, _ITALIAN = "se", _bent("^=")
_IS = set_of(
    "son está están est sont ist sind war wird eins zwei drei vier "
    "è di del della dei delle degli dello"
)
"""Words behind what is no verb: "Teil eins" is a part, "modifica del piano" a change."""
_LEFT = _bent("-~")
"""German and French forms: what forbids them is read elsewhere."""
_PARTS = _in_parts()
_FIRST = frozenset(verb for verb, _ in _PARTS)
_PLAIN = {"nimm": "nehm", "gib": "geb", "wirf": "werf"}
"""How some verbs are named that are told otherwise."""
_WHOLE = {
    f"{part}{_PLAIN.get(verb, verb)}{'n' if verb == 'tu' else 'en'}": plain
    for (verb, part), plain in _PARTS.items()
    if not verb.endswith("e")
}
"""German verbs of two parts where they are named: "dazutun"."""
_SETS = set_of("mach mache stell stelle dreh drehe setz setze fahr fahre lass")
"""Verbs that set something where a number follows "auf"."""
_JOINT = [
    (one.split("+"), plain)
    for line in PHRASES.strip().splitlines()
    for plain, _, many in [line.partition(":")]
    for one in in_ascii(many).split()
]
_OPENS = frozenset(words[0] for words, _ in _JOINT)


def abroad(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where somebody is told to do something in another language, and the English verbs.

    Args:
        words: of a sentence, as they are written.
    """
    said = [one.casefold() for one in words]
    sure, held = not _SURE.isdisjoint(said), not _HELD.isdisjoint(said)
    named = "bitte" in said or not _COULD.isdisjoint(said[:3])
    hello = said[:1] != [] and said[0] in _HELLO
    if len([one for one in said if in_ascii(one) in _ITALIAN]) > 1:
        return  # two verbs at once: which thing is whose is not read there
    for at, word in enumerate(said):
        begins = not at or said[at - 1] in _LEADS or (hello and at <= 2)  # noqa: PLR2004
        if not (begins or named):
            continue
        one = in_ascii(word)
        two = _joint(said, at, one) or (_in_two(said, at, one) if begins else "")
        whole = two or (_told(one) if begins and (sure or one not in _DOUBTFUL) else "")
        if not whole and named and at:
            whole = _NAMED.get(one) or _WHOLE.get(one, "")
        spanish = not two and one not in _LEFT
        after = said[at + 1] if at + 1 < len(said) else ""
        left = held or after == "es" or (_IF in said and one in _ITALIAN)
        if whole and not (spanish and left) and after not in _IS:
            yield at, whole


def _told(word: str) -> str:
    """Return what a word tells somebody to do, with its pronouns or without."""
    plain = _TOLD.get(word) or _TOLD.get(_FRENCH.sub("", word), "")
    cut = word
    while not plain and (shorter := _PRONOUNS.sub("", cut)) != cut and shorter:
        cut, plain = shorter, _TOLD.get(shorter, "")
    return plain


def _in_two(said: Sequence[str], at: int, one: str) -> str:
    """Return what a German verb says of which a part ends the clause."""
    if one not in _FIRST and one not in _SETS:
        return ""
    for last in range(at + 1, min(at + _FAR, len(said))):
        ends = last + 1 == len(said) or said[last + 1] in _AFTER
        if ends and (found := _PARTS.get((one, in_ascii(said[last])))):
            return found
        if one in _SETS and said[last] == "auf" and not ends and said[last + 1][0].isdigit():
            return "set"
    return ""


def _joint(said: Sequence[str], at: int, one: str) -> str:
    """Return what a verb says with the words right behind it: "mets à jour", "mach mir einen"."""
    if one not in _OPENS:
        return ""
    near = [in_ascii(word) for word in said[at + 1 : at + 5] if word != "bitte"]
    return next(
        (
            plain
            for (first, *rest), plain in _JOINT
            if first == one and near[: len(rest) - 1] == rest[:-1]
            if near[len(rest) - 1 : len(rest)] and near[len(rest) - 1].startswith(rest[-1])
        ),
        "",
    )
