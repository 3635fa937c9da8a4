"""The snippets of a page, and a way to run one as it stands."""

import re
from pathlib import Path
from typing import Any

PAGES = Path(__file__).parents[2] / "docs" / "frameworks"


def snippets(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (PAGES / page).read_text(), re.DOTALL)


async def run(code: str, names: dict[str, Any]) -> dict[str, Any]:
    """Run a snippet as the body of a coroutine and return its names."""
    body = "".join(f"    {line}\n" for line in code.splitlines())
    exec(f"async def snippet():\n{body}    return locals()\n", names)
    return await names["snippet"]()
