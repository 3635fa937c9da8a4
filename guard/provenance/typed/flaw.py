"""Why an identity could be taken for another one that looks like it (UTS 39, mixed scripts)."""

import re
import unicodedata

_LETTERS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "HEBREW", "ARABIC")


def flaw(value: str) -> str:  # noqa: PLR0911  one line a flaw
    """Return why an identity cannot be told from another that looks like it; empty: it can.

    Args:
        value: an address, a name, an id, a file name: what the reader compares by eye.
    """
    if value.isascii():
        if value.isprintable():  # most are: the quick way
            return ""
        return "a control character" if min(value) < " " else ""
    if any(unicodedata.category(one) in {"Cc", "Cf", "Co", "Cn"} for one in value):
        return "an invisible or control character"
    if unicodedata.normalize("NFC", value) != value:
        return "letters that are composed in another way"
    if any(unicodedata.east_asian_width(one) == "F" for one in value):
        return "full-width characters"
    for word in re.split(r"[\W\d_]+", value):
        scripts = {unicodedata.name(one, "?").split(" ")[0] for one in word} & set(_LETTERS)
        if len(scripts) > 1:
            return "letters of two scripts in one word"
    if "@" in value or "://" in value:
        return "characters beyond ASCII in an address"
    return ""


def padded(value: str) -> bool:
    """Return whether a value has blanks around it."""
    return value != value.strip()
