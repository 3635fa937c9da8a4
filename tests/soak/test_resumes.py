"""Ten thousand resumed runs, and no call that a framework makes again has run twice."""

import pytest

from bench.resumes import RESUMES, counted

pytestmark = pytest.mark.frameworks


@pytest.mark.soak
async def test_of_ten_thousand_resumed_calls_none_runs_twice() -> None:
    found = await counted(RESUMES)
    assert (found["double_runs"], found["lost"], found["resumes"]) == (0, 0, RESUMES)


async def test_of_a_few_resumed_calls_none_runs_twice() -> None:
    found = await counted(120)
    assert (found["double_runs"], found["lost"], found["calls"]) == (0, 0, 60)
