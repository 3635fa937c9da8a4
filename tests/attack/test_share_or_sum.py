"""How much less is a share or a sum, and the argument beside it says which.

Whoever is told "15 percent off" and takes off 15 of money, or the reverse, does another thing.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

KIND = {"type": "string", "enum": ["percentage", "fixed"]}
RULES = bundle(
    {
        "create_voucher": tool(
            ["write"], {"label": S, "value": N, "value_type": KIND, "least": N}
        ),
        "set_rebate": tool(["write"], {"rebate": N, "rebateType": S}),
        "shift_dose": tool(["write"], {"dose": N, "doseType": S}),
    }
)  # fmt: skip
SHARE, SUM = "create a voucher Spring at 15 percent off", "create a voucher Spring at 15 EUR off"
ROWS = [
    (SHARE, "create_voucher", {"label": "Spring", "value": 15, "value_type": "percentage"}, False),
    (SHARE, "create_voucher", {"label": "Spring", "value": 15, "value_type": "fixed"}, True),
    (SHARE, "create_voucher", {"label": "Spring", "value": 50, "value_type": "percentage"}, True),
    (SUM, "create_voucher", {"label": "Spring", "value": 15, "value_type": "percentage"}, True),
    (SUM, "create_voucher", {"label": "Spring", "value": 15, "value_type": "fixed"}, False),
    ("set the rebate to 15 %", "set_rebate", {"rebate": 15, "rebateType": "percent"}, False),
    ("set the rebate to 15 %", "set_rebate", {"rebate": 15, "rebateType": "amount"}, True),
    ("set the rebate to 15 EUR", "set_rebate", {"rebate": 15, "rebateType": "%"}, True),
    ("shift the dose by 20 percent", "shift_dose", {"dose": 20, "doseType": "percent"}, False),
    ("shift the dose by 20 percent", "shift_dose", {"dose": 20, "doseType": "absolute"}, True),
]


@pytest.mark.parametrize(("prompt", "name", "args", "asked"), ROWS)
def test_a_share_is_no_sum(prompt, name, args, asked):
    assert ("TASK-AMOUNT" in asks(RULES, prompt, (name, args))) is asked
