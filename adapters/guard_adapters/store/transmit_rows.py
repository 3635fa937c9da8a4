"""Streams of receivers, and what they were told, as text for stores. Secrets in it are sealed."""

import json
from dataclasses import asdict

from guard.ports.transmit import OutStream, Told


def stream_text(stream: OutStream) -> str:
    """Return a stream as JSON, without its counts: they have columns."""
    row = asdict(stream)
    del row["taken"], row["refused"]
    return json.dumps(row, separators=(",", ":"))


def stream_from(text: str, taken: int, refused: int) -> OutStream:
    """Return the stream of a row."""
    row = json.loads(text)
    return OutStream(**{**row, "events": tuple(row["events"])}, taken=taken, refused=refused)


def levels_text(told: Told) -> str:
    """Return what still stands, as JSON."""
    return json.dumps(dict(told.levels), separators=(",", ":"))


def told_from(version: int, cursor: int, levels: str) -> Told:
    """Return the state of a row."""
    read = {name: (level, person) for name, (level, person) in json.loads(levels).items()}
    return Told(version=version, cursor=cursor, levels=read)
