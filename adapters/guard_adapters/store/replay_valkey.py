"""Remembers shown tokens in a Valkey server, for several servers that take the same tokens.

Quick and shared, not durable: a server that restarted or was replaced may have forgotten, so what
was made before it was first seen is refused (`replay_store_cold`). One server: two that both
believe themselves the primary would each take a token once.
"""

from typing import Final

from valkey import Valkey
from valkey.exceptions import ValkeyError

from guard.grant.replay import SWEEP_MS, ReplayCold, ReplayUnavailable

WAIT_S: Final = 1.0
"""Longest wait for the server. It passes: the call is refused."""

KEY: Final = "guard:shown"

SCRIPT: Final = """
-- KEYS: the memory. ARGV: token, until, now, sweep, and since when the caller takes it to be whole.
-- One sorted set holds everything, so that nothing can lose one half of it. Tokens stand at their
-- end; ours stand below 0: since when this life of the server is known, and what is forgotten.
local run = 'run:' .. string.match(server.call('INFO', 'server'), 'run_id:(%x+)')
local start = server.call('ZSCORE', KEYS[1], run)
if not start then
  server.call('DEL', KEYS[1])
  server.call('ZADD', KEYS[1], -ARGV[3], run, -ARGV[3], 'forgotten')
  start = -ARGV[3]
end
start = string.format('%.0f', -start)
if start ~= ARGV[5] then return {start, -1} end
local forgotten = -server.call('ZSCORE', KEYS[1], 'forgotten')
if ARGV[3] - forgotten >= tonumber(ARGV[4]) then
  server.call('ZREMRANGEBYSCORE', KEYS[1], 0, ARGV[3])
  server.call('ZADD', KEYS[1], -ARGV[3], 'forgotten')
  forgotten = tonumber(ARGV[3])
end
-- What ends before the last sweep may have been forgotten: a caller's clock stepped back.
if tonumber(ARGV[2]) <= forgotten then return {start, 0} end
return {start, server.call('ZADD', KEYS[1], 'NX', ARGV[2], 'jti:' .. ARGV[1])}
"""
COLD: Final = -1


class ValkeyReplay:
    """A shared memory of shown tokens; fulfils `guard.grant.replay.Replay`.

    Args:
        url: `valkeys://user:password@host:port/0` (TLS), `valkey://...`, or `unix://...`. Whoever
            can change an answer on the way can have a token taken twice.
        now_ms: Unix milliseconds. A server that is new to all knows of nothing before.

    Raises:
        ReplayUnavailable: the server cannot be used.
    """

    def __init__(self, url: str, *, now_ms: int) -> None:
        secured = {"ssl_check_hostname": True} if url.startswith(("valkeys:", "rediss:")) else {}
        try:
            self._server = Valkey.from_url(
                url, socket_timeout=WAIT_S, socket_connect_timeout=WAIT_S, **secured
            )
        except ValueError:
            raise ReplayUnavailable("the address is no Valkey URL") from None
        self._script = self._server.register_script(SCRIPT)
        self._closed = False
        self._start_ms, _ = self._ask("", 0, now_ms, since="")

    @property
    def start_ms(self) -> int:
        """Return when this life of the server was first seen, by whichever caller."""
        return self._start_ms

    def first(self, key: str, until_ms: int, now_ms: int) -> bool:
        """Remember the key; return whether nobody had shown it before.

        Raises:
            ReplayCold: the server restarted, was emptied or replaced; nothing was remembered.
            ReplayUnavailable: the server fails or takes too long.
        """
        start_ms, new = self._ask(key, until_ms, now_ms, since=str(self._start_ms))
        if new == COLD:
            self._start_ms = start_ms
            raise ReplayCold
        return new == 1

    def _ask(self, key: str, until_ms: int, now_ms: int, *, since: str) -> tuple[int, int]:
        if self._closed:
            raise ReplayUnavailable("the memory is closed")
        try:
            # No second try: the first may have been remembered, and its answer lost.
            start_ms, new = self._script(keys=[KEY], args=[key, until_ms, now_ms, SWEEP_MS, since])
            return int(start_ms), int(new)
        except (ValkeyError, OSError, TypeError, ValueError) as wrong:
            raise ReplayUnavailable(f"the server answers {type(wrong).__name__}") from None

    def close(self) -> None:
        """Give the connections back; from now on every token is refused."""
        self._closed = True
        self._server.close()  # type: ignore[no-untyped-call]  # its package types most, not all
