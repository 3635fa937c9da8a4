"""A key set that never changes, read as the product reads one: for tests that fetch nothing."""

from guard_adapters.front.mcp.auth.jwks import choose, read_keys


class FixedKeys:
    """A `KeySource`; a set without a key that can be used is a mistake of the test."""

    def __init__(self, document):
        self._keys = read_keys(document)
        if not self._keys:
            raise ValueError("The set holds no public key that can be used.")

    async def find(self, kid, family, *, now_ms):
        return choose(self._keys, kid, family)
