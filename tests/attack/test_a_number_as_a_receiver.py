"""The agent passes a number, a size or a moment that it read as the one who receives.

Such values stand in trusted fields of records that the person named; nobody is called that.
"""

import pytest

from guard.model.call import ToolSpec
from guard.model.labels import Label, Trust
from guard.model.origin import Source
from guard.provenance.request.said import read_task
from guard.provenance.result.known import Known
from guard.provenance.result.observe import observed
from guard.provenance.source.value import Value
from guard.provenance.source.worth import worth
from guard.provenance.typed.canonical import typed

SHOWN = [
    {
        "id": "31",
        "title": "Office rent",
        "account": "40551200",
        "size": 165,
        "total": 2200,
        "due": "2026-05-28T11:30:00",
        "contact": "ana@firm.example",
    }
]
TASK = read_task(["Pay what 'Office rent' says"])


def source(text):
    spec = ToolSpec(
        server="books",
        tool="find",
        effect=frozenset({"read"}),
        labels={"*": Label(trust=Trust.TRUSTED)},
    )
    known = Known()
    known.learn(observed(spec, SHOWN, step=1))
    return worth(TASK, known, Value("to", "recipient", text, *typed(text)), target=False).source


@pytest.mark.parametrize("text", ["165", "2200", "2026-05-28T11:30:00"])
def test_a_measure_of_a_linked_record_is_nobody(text):
    assert source(text) is Source.UNTRUSTED


@pytest.mark.parametrize("text", ["40551200", "ana@firm.example"])
def test_an_account_and_an_address_of_it_are_somebody(text):
    assert source(text) is Source.LINKED
