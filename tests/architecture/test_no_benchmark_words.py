"""No word of a benchmark stands in the guard: a gain that comes from one would be a fraud."""

import re

import pytest

from guard.provenance.vocabulary import words

NAMES = (
    *("agentdojo", "bfcl", "bluesparrow", "injection_task", "user_task", "emma johnson"),
    *("gb29nwbk60161331926819", "us133000000121212121212", "landlord", "spotify", "hawaii"),
    *("send_money", "get_webpage", "update_password", "schedule_transaction", "get_iban"),
    *("create_calendar_event", "share_file", "send_direct_message", "invite_user_to_slack"),
)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_benchmark_is_in_guard_or_policies(root, name):
    for folder in ("guard", "policies"):
        for path in (root / folder).rglob("*"):
            if path.suffix in {".py", ".cedar", ".yaml"}:
                assert name not in path.read_text(encoding="utf-8").casefold(), path


def test_the_lexicon_holds_words_and_no_values():
    listed = [*words.STOP, *words.GENERIC, *words.CONTAINERS, *words.PAYING]
    listed += [
        one for table in (words.VERBS, words.NOUNS) for many in table.values() for one in many
    ]
    assert [one for one in listed if re.search(r"[\d_@/:.]", one)] == []
