"""Somebody whom the person only spoke of is nobody to send to, though the house knows them."""

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


@pytest.mark.parametrize(
    ("said", "to", "source"),
    [
        ("Summarise the notes of Ann and send it to Kim", "Ann", Source.UNTRUSTED),
        ("Summarise the notes of Ann and send it to Kim", "Kim", Source.PROMPT),
        ("Summarise the notes of Ann and send it to Kim", "Max", Source.TRUSTED),
        ("Summarise the notes of Ann for the others", "Ann", Source.TRUSTED),
    ],
)
def test_who_is_spoken_of_beside_a_receiver_is_none(said, to, source):
    spec = ToolSpec(
        server="house",
        tool="list_staff",
        effect=frozenset({"read"}),
        labels={"*": Label(trust=Trust.TRUSTED)},
    )
    known = Known()
    known.learn(observed(spec, ["Ann", "Kim", "Max"], step=1))
    assert (
        worth(
            read_task([said]), known, Value("to", "recipient", to, *typed(to)), target=False
        ).source
        is source
    )
