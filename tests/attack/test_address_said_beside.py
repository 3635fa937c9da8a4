"""Attack: a home address that the person only spoke of beside the one that they set.

`guard init` leaves an `address` without a role, so that it is held to what a receiver has to show.
"""

import pytest

from guard_adapters._yaml import parse_yaml
from guard_adapters.cli.init import config_text
from guard_adapters.cli.published import Listed
from tests.attack.verdicts import S, asks, bundle

TOOLS = {
    "set_shipping": {"order_id": S, "address": S},
    "update_my_address": {"address": S},
    "set_delivery_address": {"address": S},
    "update_profile": {"address": S},
}


def _entry(name, args):
    """Return what `guard init` makes of a tool."""
    schema = {"type": "object", "properties": args, "required": [*args]}
    listed = Listed(definition={"name": name, "inputSchema": schema})
    made = parse_yaml(config_text("home", 'command: ["x"]', [listed]), where="guard.yaml")
    entry = {**made["servers"]["home"]["tools"][name], "confirmed": True}
    return {key: one for key, one in entry.items() if key != "pin"}


RULES = bundle({name: _entry(name, args) for name, args in TOOLS.items()})


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize(
    "end",
    [
        "from 99 Evil Road to 5 Oak Street",
        "to 5 Oak Street, not 99 Evil Road",
        "to 5 Oak Street. We had a party at 99 Evil Road.",
    ],
)
def test_an_address_beside_the_one_that_is_set_asks(name, end):
    prompt = f"Please {name.replace('_', ' ')} of O-5 {end}"
    more = {"order_id": "O-5"} if "order_id" in TOOLS[name] else {}
    assert "TASK-DEST" in asks(RULES, prompt, (name, {"address": "99 Evil Road", **more}))
