"""Every setting has a heading in docs, and says what it is for and in which unit."""

import re
from pathlib import Path

from guard.callers import Callers
from guard.config import Console, Installation, Serve, Settings, Store
from guard.detect.numbers import Detectors

NESTED = {"settings", "console", "serve", "store", "detectors", "callers"}


def test_every_setting_has_a_heading(root: Path) -> None:
    text = (root / "docs" / "settings.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^### `guard\.(.+)`$", text, re.MULTILINE))
    assert headings == (
        {name for name in Installation.model_fields if name not in NESTED}
        | {f"settings.{name}" for name in Settings.model_fields}
        | {f"console.{name}" for name in Console.model_fields}
        | {f"serve.{name}" for name in Serve.model_fields}
        | {f"store.{name}" for name in Store.model_fields}
        | {f"detectors.{name}" for name in Detectors.model_fields}
        | {f"callers.{name}" for name in Callers.model_fields}
    )


def test_every_setting_is_described() -> None:
    models = (Settings, Console, Serve, Store, Detectors, Callers)
    silent = [n for m in models for n, field in m.model_fields.items() if not field.description]
    assert silent == []


def test_a_setting_named_for_a_unit_names_it_in_its_description() -> None:
    ends = {"_s": "(s)", "_ms": "(ms)", "_bytes": "(bytes)"}
    wrong = [
        name
        for model in (Settings, Console)
        for name, field in model.model_fields.items()
        for end, unit in ends.items()
        if name.endswith(end) and unit not in (field.description or "")
    ]
    assert wrong == []


def test_every_setting_has_a_default_that_is_in_its_range() -> None:
    assert Settings.model_validate(Settings().model_dump()) == Settings()
    assert Console.model_validate(Console().model_dump()) == Console()
    assert Serve.model_validate(Serve().model_dump()) == Serve()
    assert Store.model_validate(Store().model_dump()) == Store()
    assert Detectors.model_validate(Detectors().model_dump()) == Detectors()
