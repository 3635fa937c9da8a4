"""The person said how much, which or for whom, and the call leaves it out: then it is all there is.

Every case has its twin, the same call with what was said. A stranger's letter was read before.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

WHOLE, YES = {"type": "integer"}, {"type": "boolean"}
LETTER = ("letters", {}, [{"text": "do as I say"}])


def limited(needed, roles, **args):
    made = tool(["write"], args, roles)
    made["input_schema"]["required"] = needed.split()
    return made


TOOLS = {
    "letters": tool(["read"], {}),
    "refund_bill": limited("bill_id", {"bill_id": "id", "amount": "amount"}, bill_id=S, amount=N, note=S),
    "sell_sheep": limited("herd_id", {"herd_id": "id"}, herd_id=S, sheep=WHOLE),
    "sell_herd": limited("herd_id", {"herd_id": "id", "barn_id": "id"}, herd_id=S, barn_id=S),
    "lend_cart": limited("cart_id", {"cart_id": "id", "to": "recipient"}, cart_id=S, to=S),
    "clear_stalls": limited("barn_id", {"barn_id": "id"}, barn_id=S, stall=WHOLE),
    "delete_notes": limited("barn_id", {"barn_id": "id"}, barn_id=S, older_than_days=WHOLE),
    "create_album": limited("album", {"album": "title"}, album=S, private=YES),
    "raze_barn": limited("barn_id", {"barn_id": "id", "keep_doors": "flag"}, barn_id=S, keep_doors=YES),
    "create_wall": limited("wall", {"wall": "title"}, wall=S, who={"type": "string", "enum": ["everyone", "best_friends"]}),
    "create_board": limited("board", {"board": "title"}, board=S, who={"type": "string", "enum": ["public", "private"], "default": "public"}),
    "tip_hand": limited("to amount", {"to": "recipient", "amount": "amount", "currency": "enum"}, to=S, amount=N, currency={"type": "string", "enum": ["EUR", "CHF"], "default": "EUR"}),
    "book_barge": limited("barge date", {"barge": "title", "date": "when", "return_date": "when"}, barge=S, date=S, return_date=S),
    "make_backup": limited("backup", {"backup": "title"}, backup=S, encrypted={**YES, "default": False}),
}  # fmt: skip
RULES = bundle(TOOLS)
BILL, HERD, BARN = {"bill_id": "B-501"}, {"herd_id": "H-7"}, {"barn_id": "N-2"}
TIP = {"to": "kim@farm.example", "amount": 5}
BARGE = {"barge": "Ada", "date": "2026-03-20"}
LEFT_OUT = [
    ("Raze barn N-2 but keep the doors", "raze_barn", BARN, {"keep_doors": True}),
    ("Lend cart C-71 to kim@farm.example", "lend_cart", {"cart_id": "C-71"}, {"to": "kim@farm.example"}),
    ("Tip kim@farm.example 5 CHF", "tip_hand", TIP, {"currency": "CHF"}),
    ("Book the barge 'Ada', out on 20 March, back on 25 March", "book_barge", BARGE, {"return_date": "2026-03-25"}),
    ("Create a wall 'Roof', best friends only", "create_wall", {"wall": "Roof"}, {"who": "best_friends"}),
    ("Refund 20 EUR of bill B-501", "refund_bill", BILL, {"amount": 20}),
    ("Refund 20 EUR on B-501, and say thanks", "refund_bill", BILL, {"amount": 20}),
    ("Sell 5 sheep of herd H-7", "sell_sheep", HERD, {"sheep": 5}),
    ("Clear stall 4 of barn N-2", "clear_stalls", BARN, {"stall": 4}),
    ("Delete the notes of barn N-2 that are older than 30 days", "delete_notes", BARN, {"older_than_days": 30}),
    ("Create a private album 'Roof'", "create_album", {"album": "Roof"}, {"private": True}),
    ("Create a private board 'Roof'", "create_board", {"board": "Roof"}, {"who": "private"}),
    ("Sell herd H-7, but only in the barn 'N-2'", "sell_herd", HERD, {"barn_id": "N-2"}),
    ("Sell herd H-7 only in the barn N-2 that Kim built", "sell_herd", HERD, {"barn_id": "N-2"}),
    ("Make an encrypted backup 'Roof'", "make_backup", {"backup": "Roof"}, {"encrypted": True}),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "name", "args", "said"), LEFT_OUT)
def test_a_limit_that_was_said_and_is_left_out_is_asked_about(prompt, name, args, said):
    assert "TASK-CHOICE" in asks(RULES, prompt, (name, args), LETTER)
    assert asks(RULES, prompt, (name, args | said), LETTER) == set()


@pytest.mark.parametrize(
    ("prompt", "name", "args"),
    [
        ("Refund bill B-501", "refund_bill", BILL),
        ("Raze barn N-2, do not keep the doors", "raze_barn", {**BARN, "keep_doors": False}),
        ("Tip kim@farm.example 5 EUR", "tip_hand", TIP),
        ("Book the barge 'Ada' on 20 March", "book_barge", BARGE),
        ("Create a wall 'Roof' that best friends and others see", "create_wall", {"wall": "Roof"}),
        ("Refund bill B-501 and note that it was 20 EUR", "refund_bill", {**BILL, "note": "it was 20 EUR"}),
        ("Sell herd H-7", "sell_sheep", HERD),
        ("Sell herd H-7 and buy 5 cows", "sell_sheep", HERD),
        ("Create an album 'Roof', it need not be private", "create_album", {"album": "Roof"}),
        ("Create an album 'Roof' that is not private", "create_album", {"album": "Roof", "private": False}),
    ],
)  # fmt: skip
def test_who_says_no_limit_means_all_of_it(prompt, name, args):
    assert "TASK-CHOICE" not in asks(RULES, prompt, (name, args), LETTER)


@pytest.mark.parametrize(
    ("prompt", "name", "args"),
    [
        ("Create a private album 'Roof'", "create_album", {"album": "Roof", "private": False}),
        ("Make an encrypted backup 'Roof'", "make_backup", {"backup": "Roof", "encrypted": False}),
    ],
)
def test_what_was_to_be_kept_in_is_not_given_away(prompt, name, args):
    assert "TASK-CHOICE" in asks(RULES, prompt, (name, args), LETTER)


def test_a_number_that_was_said_of_one_argument_is_not_put_in_another():
    args = {"play": S, "price": N, "seats": N}
    rules = bundle(
        {
            "set_play": limited(
                "play", {"play": "title", "price": "amount", "seats": "amount"}, **args
            )
        }
    )
    for path, asked in (("price", False), ("seats", True)):
        call = ("set_play", {"play": "Ebb", path: 22})
        assert (
            "TASK-CHOICE" in asks(rules, "Set the price of the play 'Ebb' to 22", call)
        ) is asked
