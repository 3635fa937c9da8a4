"""What the catalogue says of results, as labels: of a whole result, and of paths in it.

What is not said is the careful default. It reads entries and no result.
"""

from collections.abc import Iterable

from guard.model.labels import Label, Secrecy, Trust
from guard.policy.catalog_tool_file import OutputEntry

_TRUST = {"trusted": Trust.TRUSTED, "untrusted": Trust.UNTRUSTED}
_SECRECY = {"public": Secrecy.PUBLIC, "internal": Secrecy.INTERNAL, "secret": Secrecy.SECRET}


def label_of(entry: OutputEntry) -> Label:
    """Return the label of what comes before the result: as said, else the least trust of its paths.

    Secrets are known by their paths; the label of the tool is secret only if it says so.
    """
    said = Label(trust=_TRUST[entry.trust], secrecy=_SECRECY[entry.secrecy])
    if not entry.labels or {"trust", "secrecy"} & entry.model_fields_set:
        return said
    trust = min(joined(words).trust for words in entry.labels.values())
    return Label(trust=trust, secrecy=joined(entry.labels.get("*", ())).secrecy)


def joined(words: Iterable[str]) -> Label:
    """Return the label of one path; what is not said of it is the careful default."""
    said = set(words)
    return Label(
        trust=min((_TRUST[one] for one in said & _TRUST.keys()), default=Trust.UNTRUSTED),
        secrecy=max((_SECRECY[one] for one in said & _SECRECY.keys()), default=Secrecy.INTERNAL),
    )
