"""Whether a statement is one plain look at a database: a SELECT, and nothing that could act.

Read word by word, by the little of the language that a look needs; what is not surely that is none.
Two words side by side are the way in which a second statement begins without a semicolon, so that a
name has another one behind it only as the short alias of a table. Functions are the usual ones that
only reckon; a column may be a function of the database's own where that needs no bracket (Oracle).
"""

import re
from collections.abc import Sequence

_LONGEST = 4096
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|'')*')|(?P<quoted>\"\w[\w ]*\")|(?P<number>\d+(?:\.\d+)?)(?!\w)"
    r"|(?P<word>[^\W\d]\w*)|(?P<sign><=|>=|<>|!=|\|\||[=<>+*/%-])|(?P<mark>[(),.]))"
)
_CLAUSES = frozenset(
    {
        *("select", "from", "where", "group", "order", "having", "limit", "offset", "join", "on"),
        *("union", "intersect", "except"),
    }
)
_OPENS = frozenset(
    {
        *("and", "or", "not", "in", "is", "like", "ilike", "between", "exists", "as", "case"),
        *("when", "then", "else", "over", "partition", "by", "distinct", "all", "any", "some"),
        *("left", "right", "inner", "outer", "full", "cross", "interval", "nulls"),
    }
)
"""Words behind which a value or a name has to come."""
_ENDS = frozenset({"null", "true", "false", "end", "asc", "desc", "first", "last"})
_LANGUAGE = _CLAUSES | _OPENS | _ENDS
_FUNCTIONS = frozenset(
    {
        *("count", "sum", "min", "max", "avg", "coalesce", "nullif", "ifnull", "round", "abs"),
        *("lower", "upper", "trim", "ltrim", "rtrim", "length", "concat", "substring", "substr"),
        *("date", "datetime", "strftime", "date_trunc", "now", "to_char", "year", "month", "day"),
        *("greatest", "least", "row_number", "rank", "dense_rank", "lag", "lead"),
        *("group_concat", "string_agg", "array_agg", "ceil", "floor"),
    }
)
"""Functions of the usual databases that only reckon with what they are given."""
_ALIAS = 3
"""Letters of the longest name of a table that stands behind it without "as"."""

_START, _INNER = "", "()"
"""What stands for the clause where a look begins, and within the brackets of a list."""
_BEFORE_A_LOOK = frozenset({_START, "with", "union", "intersect", "except"})

Token = tuple[str, str]


def only_reads(text: str) -> bool:
    """Return whether a text is one plain SELECT."""
    tokens = _tokens(text.strip().removesuffix(";")) if len(text) <= _LONGEST else []
    reading = _Reading(tokens)
    return bool(tokens) and all(map(reading.take, range(len(tokens)))) and reading.is_whole()


def _tokens(text: str) -> list[Token]:
    """Return the words and signs of a text; none where anything else is in it."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        one = _TOKEN.match(text, at)
        if one is None or one.lastgroup is None:
            return []
        found.append((one.lastgroup, one[one.lastgroup]))
        at = one.end()
    return found


class _Reading:
    """One statement while it is read. `value`: whether a value stands before, or what wants one."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.clauses = [_START]  # the clause in force, within each bracket that is open
        self.value = False
        self.named = False  # whether the value before has its alias
        self.tables: set[str] = set()
        self.of: set[str] = set()

    def is_whole(self) -> bool:
        return len(self.clauses) == 1 and self.value and self.of <= self.tables

    def take(self, at: int) -> bool:
        """Return whether the statement is still a look with its next word or sign."""
        kind, text = self.tokens[at]
        word = text.casefold()
        if at == 0:
            self.clauses = [word]
            return self._open(at) if word == "(" else word in {"select", "with"}
        match kind:
            case "word" if self.behind(at) != "." and word in _LANGUAGE:
                return self._word(word)
            case "word" | "quoted":
                return self._name(at, word)
            case "text" | "number":
                fits = not self.value and self.clauses[-1] not in {"from", "with", _START}
                self.value, self.named = True, False
                return fits
            case "sign":
                return self._sign(at, word)
            case _:
                return self._mark(at, word)

    def behind(self, at: int) -> str:
        """Return the word or sign right before a place."""
        return self.tokens[at - 1][1].casefold() if at else ""

    def _word(self, word: str) -> bool:
        """Read a word of the language: a clause begins where one may, a look at its start."""
        clause = self.clauses[-1]
        self.value = word in _ENDS
        if word in _ENDS or word not in _CLAUSES:
            return clause != _START
        if clause == _INNER:  # of what a function gets, and of a list
            return word == "order"
        self.clauses[-1] = {"join": "from"}.get(word, word)
        return (word == "select") is (clause in _BEFORE_A_LOOK)

    def _name(self, at: int, word: str) -> bool:
        clause, own = self.clauses[-1], word.strip('"')
        before = self.behind(at)
        if before == ".":
            self.value, self.named = True, False
        elif self.value:  # two side by side: the alias of a table, or another statement
            if clause != "from" or self.named or len(own) > _ALIAS:
                return False
            self.named = True
        else:
            self.value, self.named = True, before == "as"
        if clause in {"from", "with"}:
            self.tables.add(own)
        return True

    def _sign(self, at: int, sign: str) -> bool:
        if sign == "*" and not self.value:
            self.value, self.named = True, True
            return self.clauses[-1] != "from"
        fits = self.value or (sign == "-" and self.behind(at) != "-")  # two begin a comment
        self.value = False
        return fits and self.clauses[-1] not in {"from", "with"}

    def _mark(self, at: int, mark: str) -> bool:
        kind = self.tokens[at - 1][0]
        if mark == "(":
            return self._open(at)
        if mark == ")":
            self.clauses.pop()
            fits = bool(self.clauses) and self.value
            self.value, self.named = True, False
            return fits
        fits = self.value
        if mark == ".":
            dotted = at > 1 and self.behind(at - 1) == "."
            if self.clauses[-1] != "from":
                self.of.add(self.behind(at).strip('"'))
                fits = fits and not dotted
            return fits and kind in {"word", "quoted"} and self._goes_on(at)
        self.value = False
        return fits

    def _goes_on(self, at: int) -> bool:
        """Return whether a name goes on behind a dot, or means every column there."""
        kind, text = self.tokens[at + 1] if at + 1 < len(self.tokens) else ("", "")
        self.value = text != "*"
        return kind in {"word", "quoted"} or text == "*"

    def _open(self, at: int) -> bool:
        """Return whether a bracket opens a list, another look, or what a known function gets."""
        kind, text = self.tokens[at - 1] if at else ("", "")
        inner = self.tokens[at + 1][1].casefold() if at + 1 < len(self.tokens) else ""
        clause, called = self.clauses[-1], self.value
        self.clauses.append(_START if inner == "select" else _INNER)
        self.value = called and inner == ")"
        if not called:
            return inner == "select" or clause not in {"from", "with", _START, "("}
        known = kind == "word" and text.casefold() in _FUNCTIONS
        dotted = at > 1 and self.behind(at - 1) == "."
        return known and not dotted and clause not in {"from", "with"}
