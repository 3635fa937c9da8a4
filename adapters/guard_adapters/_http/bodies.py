"""Bodies that others send: no more of one in memory than its limit. It reads nothing in them."""

from collections.abc import AsyncIterable


async def start_of(chunks: AsyncIterable[bytes], most: int) -> bytes:
    """Return a body that comes in pieces; what is longer than `most` (bytes) is a part of one."""
    raw = bytearray()
    async for chunk in chunks:
        raw += chunk
        if len(raw) > most:
            break
    return bytes(raw)
