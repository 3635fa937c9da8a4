"""The closed set of values that the text of a schema tells: "either 'lost' or 'worn out'".

Only where it says that there are no others, and each stands in quotes: what follows "such as" is an
example. It decides nothing.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from guard.model.call import Json

_QUOTED = r"(?:'[^'\n]{1,40}'|\"[^\"\n]{1,40}\"|`[^`\n]{1,40}`)"
_SET = re.compile(
    r"\b(?:either|one\s+of|(?:must|should|has\s+to|can\s+only)\s+be|(?:allowed|valid|possible)\s+values(?:\s+are)?)"
    rf"\s*:?\s*(?P<all>{_QUOTED}(?:\s*(?:,\s*or\b|,|\bor\b|\||/)\s*{_QUOTED})+)\s*(?:\.|;|$)",
    re.IGNORECASE,
)
_ONE = re.compile(_QUOTED)


def described(schema: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the values that the description of a text allows; empty: it closes no set."""
    said = schema.get("description")
    if not isinstance(said, str) or schema.get("type") != "string" or schema.get("format"):
        return ()
    return _told(said)


@lru_cache(maxsize=1024)
def _told(said: str) -> tuple[str, ...]:
    found = _SET.search(said)
    return tuple(one[0][1:-1] for one in _ONE.finditer(found["all"])) if found else ()
