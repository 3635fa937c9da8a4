"""The pictures of the guide are taken of the real console, and the guide shows all of them."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import executable, running
from tests.browser.pictures import DOCS, pictures
from tests.browser.scene import FILES

pytestmark = pytest.mark.browser


def test_the_pictures_of_the_guide_can_be_taken_anew(chromium, tmp_path):
    executable()
    (tmp_path / "guard").mkdir()
    with running(tmp_path / "guard", FILES) as guard:
        taken = pictures(chromium, guard, tmp_path)
    guide = (DOCS.parent / "approve-a-call.md").read_text()

    assert {one.name for one in taken} == set(re.findall(r"\(pictures/([\w-]+\.png)\)", guide))
    for one in taken:
        fresh, kept = one.read_bytes(), Path(DOCS / one.name).read_bytes()
        assert fresh[:8] == kept[:8] == b"\x89PNG\r\n\x1a\n"
        assert fresh[16:24] == kept[16:24]  # as wide and as high
        assert len(fresh) < 200_000
