"""What a server's tools are called without the service's own name: delete of `kubectl_delete`.

What most tools of a server begin with says whose they are, and so does the operator's own name of
the server: where a tool is, not what it does. Neither is cut where it says more than that: never a
verb, never the only word, and no noun that the rest does not say as well. It reads the operator's
catalogue only, so that nothing which a server publishes later changes a name.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile

from guard.model.call import ToolSpec
from guard.provenance.vocabulary.lexicon import is_other, is_stop, noun_classes, stem, verb_classes
from guard.provenance.vocabulary.lexicon import verbal_classes as done_by
from guard.provenance.vocabulary.phrasal import FIRST

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_LEAST_TOOLS = 3
"""Fewer share a word by chance: `send_email` and `send_sms`."""
_A_VERB_AND_A_THING = 2
_LEAST = 3
"""Shorter words may turn what follows round: un, de, re, no."""
_TURNS = frozenset({"non", "not", "dis", "anti", "auto", "all", "every", "everyone", "public"})
"""Words that change what the rest of a name does, or to how many."""


def short_names(servers: Mapping[str, Collection[str]]) -> dict[tuple[str, str], str]:
    """Return what each tool is called without its service's words, by server and tool.

    Args:
        servers: the names of the tools of each server, as the operator's catalogue has them.
    """
    short = {
        (server, tool): _cut(tool, server, shared[tool])
        for server, tools in servers.items()
        for shared in [_shared(tools)]
        for tool in tools
    }
    # Where two are left with one name, the service is what tells them apart.
    many = Counter(_joined(one) for one in short.values())
    return {at: at[1] if many[_joined(one)] > 1 else one for at, one in short.items()}


def done_with(spec: ToolSpec, action: str) -> str:
    """Return what a tool that was called before is called, as far as it shares this one's name.

    Args:
        spec: the tool whose call is weighed.
        action: of the other, `<server>/<tool>`.
    """
    server, _, tool = action.partition("/")
    cut = spec.tool.removesuffix(spec.named)
    return tool.removeprefix(cut) or tool if server == spec.server else tool


def _shared(tools: Collection[str]) -> Mapping[str, int]:
    """Return with how many words each tool of a server begins as most of them do, or several.

    Where only several do, a verb and a thing have to be left, so that their service is no thing.
    """
    words = {tool: _words(tool) for tool in tools}
    begun = Counter(tuple(one[:n]) for one in words.values() for n in range(1, len(one) + 1))
    return {
        tool: max(
            (
                n
                for n in range(1, len(one) + 1)
                if (many := begun[tuple(one[:n])]) >= _LEAST_TOOLS
                if 2 * many > len(words) or len(one) - n >= _A_VERB_AND_A_THING
            ),
            default=0,
        )
        for tool, one in words.items()
    }


def _cut(tool: str, server: str, shared: int) -> str:
    """Return a tool's name without its first words, as long as they say nothing of it."""
    words, own = _words(tool), frozenset(_words(server))
    at = max(shared, len([*takewhile(own.__contains__, words)]))
    at = min(at, len(words) - 1)
    if at > 0 and _is_thing(words[at:]):
        return tool
    end = next((n for n in range(at) if not _says_nothing(words[n], words[at:])), max(at, 0))
    return tool[[*_WORD.finditer(tool)][end].start() :] if end else tool


def _is_thing(rest: Sequence[str]) -> bool:
    """Return whether who only speaks of a thing would ask for what is left: "my mail"."""
    one = stem(rest[0])
    return len(rest) == 1 and one not in FIRST and bool(noun_classes(one))


def _says_nothing(word: str, rest: Sequence[str]) -> bool:
    """Return whether a name without this word asks for what it asked for with it."""
    one = stem(word)
    if len(word) < _LEAST or word in _TURNS or is_stop(word) or one in FIRST:
        return False
    if verb_classes(one) or done_by(one) or is_other(one):
        return False
    return noun_classes(one) <= {name for other in rest for name in noun_classes(stem(other))}


def _words(name: str) -> list[str]:
    return [one.casefold() for one in _WORD.findall(name)]


def _joined(name: str) -> str:
    return "_".join(_words(name))
