"""Whether an argument says which thing a tool acts on: `invoice` of `finalize_invoice`, or `name`.

Read from names only. What a tool makes or sets is a value and no thing that is there, and whom it
reaches is somebody. It decides nothing: a person confirms what is guessed.
"""

from collections.abc import Collection, Sequence

from guard.provenance.vocabulary.lexicon import capability, stem, verb_classes
from guard.provenance.vocabulary.reaching import REACHING
from guard.provenance.vocabulary.words import set_of
from guard_adapters.cli.guess_names import role_by_name

_THINGS = (
    "repo",
    "repository",
    "branch",
    "table",
    "database",
    "dataset",
    "bucket",
    "playlist",
    "album",
)
_NAMED = frozenset(map(stem, _THINGS))
"""Things that are known by a name, and in which nobody is reached as in a channel or a team."""
_MAKES = set_of(
    "create add make write append put assign new register save insert upsert open start schedule "
    "book order buy copy clone import upload generate draft rename move apply choose select use"
)
"""Words of tools after which a noun is what comes to be, or what is taken for it."""
_SETS = set_of("set change update edit modify patch switch adjust configure")
"""Words of tools after which a noun may be the thing, or what is set on it."""
_QUALITIES = set_of(
    "status state priority price type kind mode level category rating quantity number size color "
    "colour language topic region date time limit amount name title value unit"
)
"""What a thing is like, and no thing."""
_CALLS = frozenset({"create", "make", "new", "generate", "save", "draft", "define"})
"""Words of tools that make a thing under the name which they are given; who adds may add one."""
_SOMEBODY = frozenset({"recipient", "permission", "amount", "profile", "secret"})
"""Roles beside which a name may be somebody's."""
_ADDRESSED = frozenset({"address", "contact", "account"})
_WAYS = frozenset({"by", "using", "via", "with", "for", "from", "per"})
"""Words after which the name of a tool says what is given to it."""


class Things:
    """What of one tool's arguments is a thing that is there.

    Args:
        name: of the tool.
        words: of its name.
        beside: the last names of all its arguments, as words.
    """

    def __init__(self, name: str, words: Sequence[str], beside: Collection[str]) -> None:
        able = capability(name)
        self._makes = "create" in able.verbs and "set" not in words
        self._reaches = not able.verbs.isdisjoint(REACHING)
        self._people, self._rooms = "person" in able.nouns, "channel" in able.nouns
        self._words, self._beside = words, beside
        # A name that begins with its verb may have a noun that is one, too: `cancel_order`.
        self._acting = words[:1] if verb_classes(stem(words[0])) else words
        self._stems = frozenset(map(stem, words))

    def holds(self, word: str) -> bool:
        """Return whether an argument without a role of its own says which thing is meant."""
        if word == "name":
            return self._is_name()  # beside `id` it would be what the thing is to be called
        before, _, last = word.rpartition("_")
        return self._is_named(before) if last == "name" else self._is_object(word)

    def calls(self, word: str) -> bool:
        """Return whether an argument is what the tool calls a thing that it makes, or sets so.

        `name` of `create_folder`; `topic` of a room, where nobody is sent anything on it.
        """
        if self._reaches or self._people:
            return False
        if word == "topic":
            return self._rooms and (self._makes or not _SETS.isdisjoint(self._acting))
        others = {role_by_name(one) for one in self._beside}
        made = self._makes and not _CALLS.isdisjoint(self._acting)
        alone = _SOMEBODY.isdisjoint(others) and _ADDRESSED.isdisjoint(self._beside)
        return word == "name" and made and alone

    def _is_named(self, thing: str) -> bool:
        """Return whether something is known by its name, and not made under it: `repo_name`."""
        own = stem(thing.rpartition("_")[2])
        short = {"repository": "repo"}.get(own, own)
        made = self._makes and any(one.startswith(short) for one in self._stems)
        return own in _NAMED and not made

    def _is_object(self, word: str) -> bool:
        """Return whether the tool is called after what an argument names."""
        parts, ways = word.split("_"), not _WAYS.isdisjoint(self._words)
        if not self._acts() or not self._stems.issuperset(map(stem, parts)) or ways:
            return False
        done = stem(parts[-1]) == stem(self._words[0])  # `refills` of `refill_card`
        if done or parts[-1] in _QUALITIES or "person" in capability(word).nouns:
            return False
        sets = not _SETS.isdisjoint(self._acting)
        return not sets or (len(self._beside) > 1 and not self._has_id() and not self._is_name())

    def _is_name(self) -> bool:
        """Return whether `name` is that of what the tool acts on."""
        if "name" not in self._beside or len(self._words) == 1:
            return False
        if not self._acts() or self._people or self._has_id():
            return False
        if not _SOMEBODY.isdisjoint({role_by_name(one) for one in self._beside}):
            return False
        valued = any(stem(one) in self._stems for one in self._beside)
        return _SETS.isdisjoint(self._acting) or valued

    def _acts(self) -> bool:
        """Return whether the tool does something to a thing, and makes none and reaches nobody."""
        return not self._makes and not self._reaches and _MAKES.isdisjoint(self._acting)

    def _has_id(self) -> bool:
        return any(role_by_name(one) == "id" for one in self._beside)
