"""The classes of verbs by which something gets to somebody: plain data."""

REACHING = frozenset({"pay", "share", "send", "publish", "post", "add_member"})
