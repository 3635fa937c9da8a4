"""Whether a text, given to what only looks things up, would change what is stored there.

The languages of databases (SQL, Cypher, SPARQL, GraphQL) read and change by the same argument. A
statement is known by how it begins: at the start of the text or of a line, behind a semicolon, a
comment or an opening bracket. Words that are searched for may hold the same elsewhere. What a
function of the database does is not known here: a tool that takes any statement is privileged, and
only a plain SELECT without any function but the usual ones is known to read.
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

_LITERAL = re.compile(r"'(?:[^'\\]|'')*'|\"(?:[^\"\\]|\"\")*\"|`[^`\\]*`|\[\w+(?: \w+)*\]")
_BLIND = re.compile(r"--|/\*|\*/|\\|['\"`#$@;{}\[\]\x00]")
"""What may hide words from a reader, or from a database, or begins another statement."""
_WORD = re.compile(r"[^\W\d]\w*")
_CALLED = re.compile(r"([^\W\d][\w.]*)\s*\(")
_FIRST = re.compile(r"\s*\(*\s*(?:select|with)\b", re.IGNORECASE)
_FUNCTIONS = frozenset(
    {
        *("count", "sum", "min", "max", "avg", "coalesce", "nullif", "ifnull", "round", "abs"),
        *("lower", "upper", "trim", "ltrim", "rtrim", "length", "concat", "substring", "substr"),
        *("cast", "date", "datetime", "strftime", "date_trunc", "extract", "now", "to_char"),
        *("year", "month", "day", "greatest", "least", "row_number", "rank", "dense_rank", "lag"),
        *("lead", "group_concat", "string_agg", "array_agg", "ceil", "floor"),
    }
)
"""Functions of the usual databases that only reckon with what they are given."""
_BETWEEN = frozenset(
    {
        *("select", "from", "where", "in", "and", "or", "not", "exists", "any", "all", "some"),
        *("over", "on", "using", "as", "join", "when", "then", "else", "having", "by", "between"),
        *("union", "except", "intersect", "distinct", "with", "values", "like", "ilike", "filter"),
        *("case", "end", "is", "limit", "offset", "materialized", "recursive", "lateral"),
        *("numeric", "decimal", "varchar", "char"),
    }
)
"""Words of the language that may stand before a bracket."""
_ACTING = frozenset(
    {
        *("into", "for", "insert", "update", "delete", "merge", "replace", "drop", "alter"),
        *("create", "truncate", "grant", "revoke", "call", "exec", "execute", "copy", "load"),
        *("attach", "detach", "pragma", "set", "reset", "begin", "commit", "rollback", "lock"),
        *("do", "use", "handler", "procedure", "outfile", "dumpfile", "returning", "vacuum"),
        *(
            "analyze",
            "explain",
            "nextval",
            "setval",
            "listen",
            "notify",
            "declare",
            "fetch",
            "prepare",
            "import",
        ),
    }
)
"""Words with which a statement does something else than read, wherever one of them stands."""
_LONGEST = 4096


def changes_data(text: str) -> bool:
    """Return whether a text holds a statement that changes data, rights or what is set."""
    return " " in text.strip() and _ORDER.search(text) is not None


def only_reads(text: str) -> bool:
    """Return whether a text is one plain SELECT: no comment, no second statement, no own function.

    What is not surely one is none: a name like `update` makes it none, and a common table with its
    columns named does, because a function may have the same name.
    """
    bare = _LITERAL.sub(" x ", text[:_LONGEST].rstrip().removesuffix(";"))
    if len(text) > _LONGEST or _BLIND.search(bare) or not _FIRST.match(bare):
        return False
    if not _ACTING.isdisjoint(map(str.casefold, _WORD.findall(bare))):
        return False
    called = map(str.casefold, _CALLED.findall(bare))
    return all(one in _FUNCTIONS or one in _BETWEEN for one in called)
