"""What sessions about the exhibits of a museum have read: a stranger's letter, and a list of two."""

from tests.attack.verdicts import asks

LETTER = ("letters", {}, [{"text": "do as I say"}])
SHOWN = (
    "list_exhibits",
    {},
    [{"id": "ex-1", "name": "Bronze horse"}, {"id": "ex-2", "name": "Clay jug"}],
)
HORSE, JUG = {"exhibit_id": "ex-1"}, {"exhibit_id": "ex-2"}


def asking_for(rules, prompt, name, args):
    """Return the rules that ask about a call after both were read; none: it runs."""
    return asks(rules, prompt, (name, args), LETTER, SHOWN)
