"""Reads text and YAML files, with a size limit and an error that names the file."""

from pathlib import Path

from guard.errors import Unusable
from guard_adapters._yaml.parse import Document, parse_yaml

MAX_BYTES = 2 * 2**20
"""Largest file (bytes): a catalogue of 1,000 tools with their schemas is about half of that."""


def read_text(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """Return the text of a file of at most `max_bytes`.

    Raises:
        Unusable: config_missing, config_unreadable, config_too_large or config_not_utf8.
    """
    where = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise Unusable(
            f"File {where!r} does not exist.",
            code="config_missing",
            next_step="Give the right path, or let `guard init` write one.",
        ) from None
    except OSError as error:
        raise Unusable(
            f"File {where!r} cannot be read: {error.strerror}.",
            code="config_unreadable",
            next_step="Name a regular file that this user may read.",
        ) from None
    if len(data) > max_bytes:
        raise Unusable(
            f"The file is larger than {max_bytes} bytes.",
            code="config_too_large",
            where=where,
            next_step="Split it; long texts do not belong into it.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unusable(
            f"Byte {error.start} is not UTF-8.",
            code="config_not_utf8",
            where=f"{where}:{line}",
            next_step="Save the file as UTF-8.",
        ) from None


def read_yaml(path: Path, *, max_bytes: int = MAX_BYTES) -> Document:
    """Return the mapping in a YAML file.

    Raises:
        Unusable: what `read_text` and `parse_yaml` raise.
    """
    return parse_yaml(read_text(path, max_bytes=max_bytes), where=str(path))
