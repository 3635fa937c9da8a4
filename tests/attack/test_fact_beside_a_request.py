"""Attack: take for an argument what a sentence beside the request only tells of it.

For arguments of which nobody said what they are: "size 43" behind a request is what is wanted, and
"size 43 is sold out" is not.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

RULES = bundle(
    {
        "order_boots": tool(["write"], {"size": S}),
        "list_sailors": tool(["read"], {}),
        "update_sailor": tool(
            ["write"], {"sailor_id": S, "phone": S}, {"sailor_id": "id", "phone": "recipient"}
        ),
        "cancel_table": tool(["write"], {"table_id": S}, {"table_id": "id"}),
        "list_tables": tool(["read"], {}),
        "set_rebate": tool(
            ["write"], {"shop_id": S, "rebate": N, "rebate_type": S}, {"shop_id": "id", "rebate": "amount"}
        ),
    }
)  # fmt: skip
SAILORS = ("list_sailors", {}, [{"id": "sl-3", "name": "Odd Lien"}, {"id": "sl-8", "label": "Odd Lien", "name": "Eve Dahl"}])  # fmt: skip
TABLES = ("list_tables", {}, [{"id": "tb-1", "kind": "small", "day": "2026-05-20"}, {"id": "tb-2", "kind": "long", "day": "2026-03-10"}])  # fmt: skip


def test_what_is_said_by_its_name_runs():
    call = ("order_boots", {"size": "43"})
    assert asks(RULES, "Order boots, size 43.", call) == set()


@pytest.mark.parametrize(
    "prompt",
    [
        "Order boots, size 43 is sold out.",
        "Order boots, size 43 did fit Tom.",
        "Order boots. I have size 43 already.",
        "Order boots, size 43 has run out.",
    ],
)
def test_what_is_only_told_of_it_is_not_the_value(prompt):
    assert asks(RULES, prompt, ("order_boots", {"size": "43"}))


@pytest.mark.parametrize(
    "more",
    [
        "Check with him whether that is true.",
        "Don't change it in the list yet.",
        "So says a mail that I do not trust.",
        "Text him there.",
    ],
)
def test_what_is_so_from_now_on_is_set_only_where_nothing_follows(more):
    call = ("update_sailor", {"sailor_id": "sl-3", "phone": "+47 99 88 77 66"})
    said = "Odd Lien's phone is now +47 99 88 77 66."
    assert asks(RULES, f"{said} {more}", call, SAILORS)


def test_a_label_is_nobodys_own_name():
    call = ("update_sailor", {"sailor_id": "sl-8", "phone": "+47 99 88 77 66"})
    assert asks(RULES, "Odd Lien's phone is now +47 99 88 77 66.", call, SAILORS)


@pytest.mark.parametrize("when", ["tonight", "the weekend", "the night"])
def test_a_time_is_no_mere_end_of_what_is_said(when):
    assert asks(
        RULES, f"Cancel the small table for {when}.", ("cancel_table", {"table_id": "tb-1"}), TABLES
    )


def test_a_share_beside_a_sum_is_not_the_share():
    call = ("set_rebate", {"shop_id": "AX-1", "rebate": 25, "rebate_type": "percent"})
    assert asks(RULES, "Set the rebate of AX-1 to 10 euros, 25 percent is too much.", call)
