"""The document of the HTTP API has every route of a guard with everything configured, and no other.

What the guard answers is held beside it in tests/signals/test_openapi.py. A new route brings its line in
docs/http_api.py.
"""

import json
from pathlib import Path

import pytest

from tests.signals.whole import routes_of, wire


@pytest.fixture(scope="module")
def operations(root: Path) -> list[tuple[str, str, dict]]:
    document = json.loads((root / "docs" / "openapi.json").read_text(encoding="utf-8"))
    return [
        (method.upper(), path, one)
        for path, item in document["paths"].items()
        for method, one in item.items()
    ]


def test_the_document_has_every_route_and_no_other(operations, tmp_path) -> None:
    wired = wire(tmp_path, "http://127.0.0.1:1")
    there = set(routes_of(wired))
    wired.close()
    beside = {(method, "/mcp/{server}") for method in ("POST", "GET", "DELETE")}  # has no router
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")  # and these go where the catalogue says
    beside |= {(method, "/http/{api}/{path}") for method in methods}
    assert there | beside == {(method, path) for method, path, _ in operations}


def test_every_operation_has_a_name_of_its_own(operations) -> None:
    named = [one["operationId"] for _, _, one in operations]
    assert len(named) == len(set(named)) > 90
