"""Tools that only prepare what a person asks for, and those that end it: a cart, and its checkout.

Who asks to buy something has it put into the cart as well, and who asks to send a mail has it
drafted; neither is bought or sent by that, so that it takes nothing off what was asked. It reads
the names of tools, and decides nothing.
"""

KEEPERS = frozenset({"cart", "basket", "trolley"})
"""Stems of what things are put into before they are bought."""
_PUTS = frozenset({"create", "add_member", "change"})
_ENDS = frozenset({"checkout"})
_BUYS = frozenset({"buy", "purchas", "order", "plac"})
_DRAFTS = frozenset({"draft"})
_APPENDS = frozenset({"append", "prepend", "insert"})
_WHATEVER = frozenset({"content", "block", "children", "child", "line", "paragraph"})
"""Stems of what is appended, whatever people call it: "add at the end that we close at five"."""
_WRITTEN = frozenset({"page", "file"})
"""Classes of what it is appended to."""


def prepared(
    stems: frozenset[str], verbs: frozenset[str], nouns: frozenset[str], own: frozenset[str]
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the classes of verbs and nouns by which people ask for a tool, and its own words.

    Args:
        stems: of its name.
        verbs: the classes that its name says.
        nouns: those of nouns.
        own: its words for which no class stands.
    """
    if not stems.isdisjoint(KEEPERS) and not verbs.isdisjoint(_PUTS):
        return verbs | {"buy"}, nouns, own - KEEPERS
    if not stems.isdisjoint(_DRAFTS) and "create" in verbs and "send" not in verbs:
        return verbs | {"send"}, nouns, own - _DRAFTS
    if not stems.isdisjoint(_APPENDS) and own and own <= _WHATEVER:
        return verbs, nouns | _WRITTEN, frozenset()  # no one is added to a team by it
    return verbs, nouns, own


def prepares(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether what one tool does is only brought to its end by another.

    Args:
        one: the stems of its name.
        other: those of the other's.
    """
    if not one.isdisjoint(KEEPERS) and one.isdisjoint(_ENDS | _BUYS):
        return not other.isdisjoint(_ENDS | _BUYS)
    return not one.isdisjoint(_DRAFTS) and "send" not in one and "send" in other
