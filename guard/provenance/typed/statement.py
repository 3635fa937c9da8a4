"""Whether a text, given to what only looks things up, would change what is stored there.

The languages of databases (SQL, Cypher, SPARQL, GraphQL) read and change by the same argument. A
statement is known by how it begins: at the start of the text or of a line, behind a semicolon, a
comment or an opening bracket. Words that are searched for may hold the same elsewhere. What a
function of the database does is not known here: a tool that takes any statement is privileged, and
`looks` tells which ones surely only read.
"""

import re

from guard.model.late import late

_THING = (
    "table|view|index|schema|database|user|role|group|function|procedure|trigger|sequence|type|"
    "extension|policy|publication|subscription|server|login|event|domain|system|constraint"
)
_BEGINS = (
    r"(?:insert|replace|merge)\s+(?:or\s+\w+\s+|ignore\s+)?into\b",
    r"update\s+(?:only\s+)?[^\s;]+\s+(?:as\s+)?(?:\w+\s+)?set\b",
    r"delete\s+from\b",
    r"truncate\s+\S",
    rf"(?:drop|alter|create)\s+(?:\w+\s+){{0,3}}?(?:{_THING})\b",
    r"(?:grant|revoke)\s[^;]+?\s(?:on|to|from)\s",
    r"(?:commit|rollback|vacuum|shutdown)\s*(?:;|$)",
    r"copy\s[^;]+?\s(?:to|from)\s+(?:program\b|stdin\b|stdout\b|')",
    r"(?:attach|detach)\s+database\b|load\s+data\b|pragma\s+\w+\s*=",
    r"(?:exec|execute|call)\s+[\w.\"\[\]]+\s*(?:\(|@|'|;|$)|do\s+(?:\$|')",
    r"set\s+(?:global|session|role|password)\b",
    r"mutation\b\s*(?:\w+\s*)?[({@]",
    r"(?:insert|delete)\s+(?:data\s*)?\{",
    r"(?:create|merge)\s*\(\s*\w*\s*[:{)]",
)
_ORDER = late(
    rf"(?:^|[;({{]|\*/)\s*(?:{'|'.join(_BEGINS)})"
    r"|\binto\s+(?:out|dump)file\b"
    r"|\)\s*(?:detach\s+delete|delete|set|remove|create|merge)\s+[\w(]",
    re.IGNORECASE | re.MULTILINE,
)


def changes_data(text: str) -> bool:
    """Return whether a text holds a statement that changes data, rights or what is set."""
    return " " in text.strip() and _ORDER.search(text) is not None
