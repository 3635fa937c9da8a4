"""How a tool is called: with its service before it, after a method of HTTP, in another language."""

import pytest

from guard.provenance.request.said import read_task
from guard.provenance.speech.granting import granted
from guard.provenance.vocabulary.lexicon import capability


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        ("resize the east silo", "Silo.resize"),
        ("resize the east silo", "farm__resize"),
        ("resize the east silo", "farm:silo/resize"),
        ("book a pickup", "Pickups.book"),
        ("make a voucher of 15 percent", "post_vouchers"),
        ("change the voucher V-1", "put_vouchers"),
        ("change the voucher V-1", "patch_voucher"),
        ("Annule le trajet T-1", "annulerTrajet"),
        ("Lösche den Zettel Z-1", "zettel_loeschen"),
        ("Partage le plan avec Zoé", "partagerPlan"),
        ("Réserve la salle B", "reserverSalle"),
        ("Réserve le créneau B", "reserverCreneau"),
        ("Überweis bitte 30 EUR", "ueberweisung_anlegen"),
    ],
)
def test_what_was_asked_for_is_heard_in_the_name(said, tool):
    assert granted(read_task([said]).words, capability(tool))


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        ("tell me how the silo is doing", "Silo.resize"),
        ("count the pickups", "Pickups.book"),
        ("count the vouchers of the farm", "farm__resize"),
        ("count the vouchers", "post_vouchers"),
        ("make a voucher of 15 percent", "patch_voucher"),
        ("Montre le trajet T-1", "annulerTrajet"),
        ("Lies den Zettel Z-1", "zettel_loeschen"),
        ("write a post about the farm", "Farm.demolish"),
    ],
)
def test_a_service_or_another_method_is_no_act_that_was_asked_for(said, tool):
    assert not granted(read_task([said]).words, capability(tool))
