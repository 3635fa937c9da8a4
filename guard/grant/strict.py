"""JSON that has one reading: what one program sees in these bytes, every other one sees, too."""

import json
import math

from guard.model.call import Json


class NotStrictJson(ValueError):
    """Bytes are not one unambiguous JSON value: what one reader sees, another may not."""

    def __init__(self, wrong: str) -> None:
        super().__init__(f"json_not_strict: {wrong}.")
        self.code = "json_not_strict"
        self.wrong = wrong


def strict_json(raw: bytes) -> Json:
    """Return the value of a JSON text that has only one reading.

    Raises:
        NotStrictJson: not UTF-8, not JSON, a name twice in one object, NaN or Infinity (spelled
            out or by overflow), or nested too deep.
    """
    try:
        value: Json = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except NotStrictJson:
        raise
    except UnicodeDecodeError:
        raise NotStrictJson("the bytes are not UTF-8") from None
    except RecursionError:
        raise NotStrictJson("the text is nested too deep") from None
    except ValueError as wrong:
        raise NotStrictJson(f"the text is not JSON: {wrong}") from None
    return value


def storable_json(raw: bytes) -> Json:
    """Return the value of a JSON text that has one reading and that stores and digests can take.

    Raises:
        NotStrictJson: as `strict_json`, or it holds half of a surrogate pair, which only an escape
            can spell: no store keeps it and no digest is of it.
    """
    value = strict_json(raw)
    if b"\\u" in raw:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise NotStrictJson("a text holds half of a surrogate pair") from None
    return value


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # json keeps the last one silently; another reader may keep the first.
        twice = next(name for name, _ in pairs if [n for n, _ in pairs].count(name) > 1)
        raise NotStrictJson(f"the name {twice!r} stands twice in one object")
    return found


def _no_constant(text: str) -> Json:
    raise NotStrictJson(f"{text} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotStrictJson(f"the number {text} is too large")
    return number
