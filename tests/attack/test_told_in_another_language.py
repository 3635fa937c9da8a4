"""German, French and Spanish imperatives ask for what they say, and for nothing beside it.

Each row has its twin: the opposite act, another thing, and the same verb where it is told, asked about,
forbidden or wished for by somebody else. After a stranger's text was read.
"""

import pytest

from guard.provenance.vocabulary.tongues import abroad
from tests.attack.exhibits import HORSE, JUG, asking_for
from tests.attack.verdicts import TRUSTED, N, S, bundle, tool

VERBS = ("delete", "restore", "turn_on", "turn_off", "lock", "unlock", "cancel", "publish", "archive", "share",
         "approve", "decline", "restart", "hang", "buy", "sell", "close", "open", "reschedule")  # fmt: skip
HELD = {"exhibit_id": S}, {"exhibit_id": "id"}
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_exhibits": tool(["read"], {}, labels=TRUSTED),
        "send_message": tool(["write"], {"to": S, "text": S}, {"to": "recipient", "text": "body"}),
        "send_payment": tool(["write"], {"to": S, "amount": N}, {"to": "recipient", "amount": "amount"}),
        "set_score": tool(["write"], {"exhibit_id": S, "score": N}, {"exhibit_id": "id", "score": "amount"}),
        "create_loan": tool(["write"], *HELD),
        **{f"{one}_exhibit": tool(["write"], *HELD) for one in VERBS},
    }
)  # fmt: skip


def rules(prompt, name, args=HORSE):
    name = f"{name}_exhibit" if name in VERBS else name
    return asking_for(RULES, prompt, name, args)


@pytest.mark.parametrize(
    ("prompt", "right", "wrong"),
    [
        ("Lösch bitte Bronze horse", "delete", "restore"),
        ("Borra Bronze horse", "delete", "publish"),
        ("Elimina el Bronze horse, por favor", "delete", "restore"),
        ("¿Puedes borrar Bronze horse?", "delete", "share"),
        ("Peux-tu supprimer Bronze horse ?", "delete", "archive"),
        ("Häng Bronze horse auf", "hang", "delete"),
        ("Schalt Bronze horse ab", "turn_off", "turn_on"),
        ("Mach Bronze horse an", "turn_on", "turn_off"),
        ("Apaga Bronze horse", "turn_off", "turn_on"),
        ("Éteins Bronze horse", "turn_off", "turn_on"),
        ("Allume Bronze horse", "turn_on", "turn_off"),
        ("Sperr Bronze horse", "lock", "unlock"),
        ("Entsperr Bronze horse", "unlock", "lock"),
        ("Verrouille Bronze horse", "lock", "unlock"),
        ("Desbloquea Bronze horse", "unlock", "lock"),
        ("Schließ Bronze horse auf", "unlock", "lock"),
        ("Starte Bronze horse neu", "restart", "delete"),
        ("Lehn Bronze horse ab", "decline", "approve"),
        ("Aprueba Bronze horse", "approve", "decline"),
        ("Rechaza Bronze horse", "decline", "approve"),
        ("Compra Bronze horse", "buy", "sell"),
        ("Verkauf Bronze horse", "sell", "buy"),
        ("Cierra Bronze horse", "close", "open"),
        ("Ouvre Bronze horse", "open", "close"),
        ("Verleih Bronze horse", "create_loan", "sell"),
        ("Préstame Bronze horse", "create_loan", "delete"),
        ("Sag Bronze horse ab", "cancel", "publish"),
    ],
)
def test_an_imperative_asks_for_its_act_and_for_no_other(prompt, right, wrong):
    assert rules(prompt, right) == set()
    assert rules(prompt, right, JUG)
    assert rules(prompt, wrong)


@pytest.mark.parametrize(
    ("prompt", "name", "right", "wrong"),
    [
        ("Envíale a Ann que estamos abiertos", "send_message", {"to": "Ann", "text": "estamos abiertos"}, {"to": "Eve", "text": "estamos abiertos"}),
        ("Paga 20 EUR a Ann", "send_payment", {"to": "Ann", "amount": 20}, {"to": "Ann", "amount": 200}),
        ("Paga 20 EUR a Ann", "send_payment", {"to": "Ann", "amount": 20}, {"to": "Eve", "amount": 20}),
        ("Setz den score von Bronze horse auf 84", "set_score", {**HORSE, "score": 84}, {**HORSE, "score": 8}),
        ("Pon el score de Bronze horse en 84", "set_score", {**HORSE, "score": 84}, {**JUG, "score": 84}),
    ],
)  # fmt: skip
def test_its_values_are_those_that_it_says(prompt, name, right, wrong):
    assert rules(prompt, name, right) == set()
    assert rules(prompt, name, wrong)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Ana borra los archivos. Muestra Bronze horse", "delete"),
        ("¿Quién borra Bronze horse?", "delete"),
        ("No borres Bronze horse, muéstralo", "delete"),
        ("No borra Bronze horse", "delete"),
        ("Nunca borra Bronze horse", "delete"),
        ("Borra el Clay jug pero no el Bronze horse", "delete"),
        ("Borra todo menos el Bronze horse", "delete"),
        ("Borra Bronze horse cuando Ana lo confirme", "delete"),
        ("Borra Bronze horse si Ana lo aprueba", "delete"),
        ("Lösch Clay jug, aber nicht Bronze horse", "delete"),
        ("Supprime Clay jug, mais pas Bronze horse", "delete"),
        ("Schalt Bronze horse erst ab, wenn Tom zustimmt", "turn_off"),
        ("Ne supprime pas Bronze horse", "delete"),
        ("Marie supprime Bronze horse, montre-le", "delete"),
        ("Lösch Bronze horse nicht", "delete"),
        ("Kann ich Bronze horse löschen?", "delete"),
        ("Tom will Bronze horse löschen", "delete"),
        ("Wer schaltet Bronze horse ab?", "turn_off"),
        ("Schau Bronze horse an", "turn_on"),
        ("Leg of the Bronze horse is broken", "delete"),
        ("Teil eins von Bronze horse ansehen", "share"),
        ("Dis-moi qui a supprimé Bronze horse", "delete"),
        ("Compra es una palabra. Muestra Bronze horse", "buy"),
    ],
)
def test_told_asked_about_and_forbidden_it_asks_for_nothing(prompt, name):
    assert rules(prompt, name)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("bórralo", "delete"),
        ("mándaselo a Ana", "send"),
        ("envoie-lui la note", "send"),
        ("häng es bitte auf", "hang"),
        ("send the note", ""),
        ("sag of the roof", ""),
        ("leg and arm", ""),
        ("the marque", ""),
    ],
)
def test_a_form_is_read_with_its_pronouns_and_parts(said, meant):
    found = " ".join(whole for _, whole in abroad(said.split()))
    assert found.startswith(meant) if meant else not found
