"""Two verifiers that share no line give every vector the same answer, and every damaged one."""

import ast
import random
from pathlib import Path

import pytest

from tests.vectors import second_opinion
from tests.vectors.second_opinion import answer
from tests.vectors.test_call_token import DOCUMENT, verified

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="
CASES = DOCUMENT["cases"]


def test_the_second_one_knows_nothing_of_the_first():
    tree = ast.parse(Path(second_opinion.__file__).read_text())
    named = {one.module for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    named |= {
        name.name for one in ast.walk(tree) if isinstance(one, ast.Import) for name in one.names
    }
    assert not {one for one in named if one.split(".")[0] in {"guard", "guard_adapters", "tests"}}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_it_answers_as_the_vector_says(case):
    assert answer(DOCUMENT, case) == case["expect"]


def damaged(case, chance):
    """Return a vector in which one letter of its token or proof is another, gone or one more."""
    what = chance.choice([name for name in ("token", "proof") if case.get(name)])
    text = case[what]
    at, letter = chance.randrange(len(text)), chance.choice(LETTERS)
    other = chance.choice([text[:at] + letter + text[at + 1 :], text[:at] + text[at + 1 :],
                           text[:at] + letter + text[at:]])  # fmt: skip
    return {**case, what: other}


def compared(turns, seed):
    chance, whole = random.Random(seed), [case for case in CASES if case["token"]]
    answers = set()
    for _ in range(turns):
        case = damaged(chance.choice(whole), chance)
        mine = answer(DOCUMENT, case)
        assert mine == verified(case), case
        answers.add(mine)
    return answers


def test_they_agree_about_damaged_tokens_and_proofs():
    assert len(compared(400, 1)) > 4


@pytest.mark.soak
def test_they_agree_about_ten_thousand_damaged_ones():
    assert len(compared(10_000, 2)) > 8
