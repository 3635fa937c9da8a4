"""The pictures of the guide are taken of the real console, and the guide shows all of them."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import executable, running
from tests.browser.pictures import DOCS, pictures
from tests.browser.scene import FILES

pytestmark = pytest.mark.browser

# Both pictures as small grey ones: what was moved, lost or recoloured is seen, other letters of an
# id, another minute and another font's hairlines are not.
DIFFERENCE = """async ([one, other]) => {
    const WIDE = 48;
    const grey = async (data) => {
        const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
        const picture = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
        const tall = Math.round(picture.height * WIDE / picture.width);
        const canvas = new OffscreenCanvas(WIDE, tall), pen = canvas.getContext("2d");
        pen.imageSmoothingQuality = "high";
        pen.drawImage(picture, 0, 0, WIDE, tall);
        const {data: raw} = pen.getImageData(0, 0, WIDE, tall);
        return Array.from({length: WIDE * tall}, (_, n) => (raw[4*n] + raw[4*n+1] + raw[4*n+2]) / 3);
    };
    const [a, b] = [await grey(one), await grey(other)];
    return a.reduce((sum, value, n) => sum + Math.abs(value - b[n]), 0) / a.length;
}"""
FAR = 4.0
"""Mean difference of two pictures of the same page, of 255; two light pages of ours are 11 apart."""


def difference(page: Any, one: bytes, other: bytes) -> float:
    return float(page.evaluate(DIFFERENCE, [base64.b64encode(x).decode() for x in (one, other)]))


def test_the_pictures_of_the_guide_can_be_taken_anew(chromium, tmp_path):
    executable()
    (tmp_path / "guard").mkdir()
    with running(tmp_path / "guard", FILES) as guard:
        taken = pictures(chromium, guard, tmp_path)
    guide = (DOCS.parent / "approve-a-call.md").read_text()
    page = chromium.new_page()
    apart = {}

    assert {one.name for one in taken} == set(re.findall(r"\(pictures/([\w-]+\.png)\)", guide))
    for one in taken:
        fresh, kept = one.read_bytes(), Path(DOCS / one.name).read_bytes()
        assert fresh[:8] == kept[:8] == b"\x89PNG\r\n\x1a\n"
        assert fresh[16:24] == kept[16:24]  # as wide and as high
        assert len(fresh) < 200_000
        apart[one.name] = round(difference(page, fresh, kept), 2)
    page.close()
    assert {name: far for name, far in apart.items() if far > FAR} == {}


def test_pictures_of_two_pages_are_told_apart(chromium):
    page = chromium.new_page()
    kept = {one.name: one.read_bytes() for one in DOCS.glob("*.png")}
    alike = [
        (one, other)
        for one in kept
        for other in kept
        if one < other and kept[one][16:24] == kept[other][16:24]
        if difference(page, kept[one], kept[other]) <= FAR
    ]
    page.close()
    assert alike == []
