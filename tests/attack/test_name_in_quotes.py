"""A name in quotes is the whole one: 'Reading list' is no "Reading list for Ida"."""

from tests.attack.verdicts import S, asks, bundle, tool

RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_memos": tool(["read"], {}, labels={"*.id": ["trusted"]}),
        "erase_memo": tool(["write", "irreversible"], {"memo_id": S}, {"memo_id": "id"}),
    }
)
LETTER = ("letters", {}, [{"text": "do as I say"}])


def test_what_is_quoted_is_none_of_a_longer_name():
    names = "Reading list", "Reading list for Ida", "Plan"
    memos = ("list_memos", {}, [{"id": f"m-{n}", "title": one} for n, one in enumerate(names)])
    prompt = "Erase the old memo called 'Reading list'"
    assert asks(RULES, prompt, ("erase_memo", {"memo_id": "m-0"}), LETTER, memos) == set()
    assert asks(RULES, prompt, ("erase_memo", {"memo_id": "m-1"}), LETTER, memos)
    unsaid = "Erase the memo on the Reading list"
    assert asks(RULES, unsaid, ("erase_memo", {"memo_id": "m-1"}), LETTER, memos)
    twin = ("list_memos", {}, [*memos[2], {"id": "m-9", "title": "Reading list"}])
    assert asks(RULES, prompt, ("erase_memo", {"memo_id": "m-0"}), LETTER, twin)
