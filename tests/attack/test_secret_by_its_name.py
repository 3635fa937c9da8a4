"""Attack: read a code that nobody called a secret in the catalogue, where people and logs look.

Nor does a yes or no count as an amount of anything.
"""

import json

import pytest

from guard.audit.redact import redacted
from guard.audit.unread import unread
from guard.model.call import ArgSpec, ToolCall, ToolSpec, argument_bytes
from guard.model.facts import ProvFacts
from guard.model.secret_name import looks_secret
from guard.policy.argued import arguments_of
from guard.policy.convert import Limits
from guard.policy.says import sentence
from guard.provenance.request.said import read_task
from guard.provenance.result.known import Known
from guard.provenance.source.told import told_lines
from guard.provenance.weigh import weigh
from guard_adapters.cli.guess import roles_of

SALT = bytes(range(16))
NAMES = [
    "pin", "PIN", "pin_code", "cardPin", "newPin", "otp", "otp_code", "totp", "mfa_code", "mfaCode",
    "2fa_code", "cvv", "cvv2", "card_cvc", "passcode", "tan", "puk", "security_code", "sms_code",
    "verification_code", "one_time_code", "backup_codes", "access_key", "seed_phrase", "pwd",
    "auth_code", "two_factor_code",
]  # fmt: skip
PLAIN = [
    "pinned", "pin_message_id", "shipping", "opinion", "spin", "tangent", "titan", "country_code",
    "zip_code", "postal_code", "promo_code", "language_code", "key", "sort_key", "keyword", "phrase",
    "search_phrase", "max_tokens", "code", "barcode", "number", "value", "mfa_enabled_since",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_code_is_left_out_by_the_name_of_its_argument(name):
    assert looks_secret(name, "4711")
    assert looks_secret(name, 4711)
    assert "4711" not in json.dumps(redacted({name: "4711", "in": {name: [4711]}}, {}, SALT))
    schema = {"type": "object", "properties": {name: {"type": "string"}}}
    spec = ToolSpec(server="a", tool="b", effect=frozenset({"write"}), input_schema=schema)
    assert "4711" not in json.dumps(
        unread(spec, {name: "4711", "x": 1}, "unknown_argument", Limits())
    )


@pytest.mark.parametrize("name", PLAIN)
def test_another_name_hides_nothing(name):
    assert not looks_secret(name, 4711)
    assert redacted({name: 4711}, {}, SALT) == {name: 4711}


def test_a_yes_or_no_pins_something():
    assert redacted({"pin": True}, {}, SALT) == {"pin": True}


def spec(*names, says="", **args):
    return ToolSpec(
        server="bank",
        tool="pay",
        effect=frozenset({"write"}),
        args={path: ArgSpec(role=role) for path, role in args.items()},
        input_schema={"type": "object", "properties": {name: {} for name in names}},
        says=says,
    )


def called(**arguments):
    return ToolCall(
        id="c", session="s", server="bank", tool="pay", arguments=argument_bytes(arguments)
    )


def weighed(tool, prompt, **arguments):
    return weigh(
        called(**arguments), tool, read_task([prompt]), Known(), lambda *_: None, frozenset()
    )


def test_a_token_that_another_tool_gave_need_not_be_said_and_is_not_shown():
    tool = spec("to", "access_token", to="recipient")
    prov = weighed(tool, "Pay Ann", to="Ann", access_token="4711").prov
    assert prov.level.secret == 9
    assert not [one for one in told_lines(prov.origins, {"access_token": "4711"}) if "4711" in one]


@pytest.mark.parametrize("pin", ["4711", 4711, ["4711"]])
def test_people_are_not_shown_a_pin_either(pin):
    tool = spec("to", "pin", says="Pay {to} with {pin}", to="recipient")
    call = called(to="Ann", pin=pin)
    found = arguments_of(call, tool, ProvFacts(), (), b"")
    shown = {one.path[-1]: one for one in found}

    assert (shown["pin"].hidden, shown["pin"].values) == ("secret", ())
    assert shown["to"].hidden == ""
    assert "4711" not in sentence(tool, call.parsed())
    prov = weighed(tool, "Pay Ann", to="Ann", pin=pin).prov
    lines = told_lines(prov.origins, call.parsed())
    assert not [line for line in lines if "4711" in line]


def test_who_says_what_an_argument_is_has_the_last_word():
    assert redacted({"pin": 4711}, {"pin": ArgSpec(role="id")}, SALT) == {"pin": 4711}


def test_a_pin_that_nobody_decided_on_must_be_the_persons_own():
    tool = spec("to", "pin", to="recipient")
    assert weighed(tool, "Pay Ann, PIN is 4711", to="Ann", pin="4711").prov.level.secret == 5
    assert weighed(tool, "Pay Ann before 4711", to="Ann", pin="4711").prov.level.secret < 5


def test_a_yes_or_no_is_no_amount():
    tool = spec("to", "amount", "urgent", to="recipient", amount="amount")
    prompt = "Pay 50 EUR to Ann"
    plain = weighed(tool, prompt, to="Ann", amount=50)
    urgent = weighed(tool, prompt, to="Ann", amount=50, urgent=True)

    assert urgent.prov.level == plain.prov.level
    assert urgent.prov.same_record == plain.prov.same_record
    assert [one.path for one in urgent.prov.origins if one.role == "amount"] == ["amount"]


def test_init_proposes_what_it_hides():
    text = {"type": "string"}
    roles, _ = roles_of({"type": "object", "properties": {"doctor_pin": text, "otp": text}})
    assert {one.role for one in roles.values()} == {"secret"}
