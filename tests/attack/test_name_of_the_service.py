"""The service's name in front of a tool's is cut. Nobody gets a tool asked for by that.

A hostile server chooses what its tools are called, and one of several servers may be the one that was
not meant: what is cut has to say nothing of what a tool does.
"""

import pytest

from guard.policy.catalog import read_catalog
from guard.provenance.request.said import read_task
from guard.provenance.schema.service import done_with, short_names
from guard.provenance.speech.granting import granted
from guard.provenance.vocabulary.lexicon import capability


def catalog(*, offered=None, **servers):
    tools = {
        server: {"tools": {name: {"effect": ["write"], "confirmed": True} for name in names}}
        for server, names in servers.items()
    }
    return read_catalog({"version": 1, "servers": tools}, offered)


def short(server, *names):
    return [short_names({server: names})[server, one] for one in names]


def asked(said, tool, *others, server="s"):
    name = short_names({server: [tool, *others]})[server, tool]
    return granted(read_task([said]).words, capability(name))


@pytest.mark.parametrize(
    ("said", "tool", "others"),
    [
        ("remove the tram T-7", "kiosk_remove", ["kiosk_add", "kiosk_log"]),
        ("delete tram 7", "KioskDelete", ["KioskAdd", "KioskShow"]),
        ("move it on", "krakenMoveItem", ["krakenAddItem", "krakenShowItem"]),
        ("delete tram 7", "kiosk-delete", ["kiosk-add", "kiosk-log"]),
        ("commit it with the message 'hi'", "kiosk_commit", ["kiosk_add", "kiosk_log"]),
        # Most of them, or several of which a verb and a thing are left.
        ("frob tram 7", "kiosk_frob", ["kiosk_add", "kiosk_log", "ring_bell", "paint_tram"]),
        ("frob tram 7", "KioskFrobTram", ["KioskAddTram", "KioskLogTram", *"abcdef"]),
    ],
)
def test_what_most_tools_of_a_server_begin_with_is_not_what_they_do(said, tool, others):
    assert asked(said, tool, *others)


def test_the_name_of_the_server_is_cut_of_one_tool_alone():
    assert short("kraken", "kraken_delete") == ["delete"]
    assert short("other", "kraken_delete") == ["kraken_delete"]


@pytest.mark.parametrize(
    ("said", "tool", "others"),
    [
        ("read my mail", "mail_delete", ["mail_read", "mail_list"]),  # another verb
        ("delete the file", "calendar_delete", ["calendar_read", "calendar_add"]),  # its only noun
        ("follow ada", "dis_follow", ["dis_like", "dis_allow"]),
        ("what were the last 5 commits?", "kiosk_commit", ["kiosk_add", "kiosk_log"]),  # a thing
        ("tell me about the plan", "kiosk_delete", ["kiosk_add", "kiosk_log"]),
        ("frob tram 7", "vault_frob", ["vault_add", "vault_log", *"abcdef"]),  # a thing of it
    ],
)
def test_a_tool_that_was_not_asked_for_is_not_asked_for_without_its_service(said, tool, others):
    assert not asked(said, tool, *others)


def test_the_last_word_of_a_name_is_never_cut():
    assert short("kiosk", "kiosk", "kiosk_add", "kiosk_log") == ["kiosk", "add", "log"]
    assert short("s", "kiosk", "kiosk_add", "kiosk_log") == ["kiosk", "add", "log"]


@pytest.mark.parametrize(
    "tools",
    [
        ["send_email", "send_sms", "send_fax"],  # a verb that all share
        ["un_delete", "un_do", "un_send"],  # what turns the rest round
        ["dis_follow", "dis_like", "dis_allow"],
        ["all_add", "all_log", "all_drop"],  # how many it is done to
        ["mail_delete", "mail_keep", "mail_log"],  # the only noun
    ],
)
def test_a_word_that_says_what_is_done_is_no_name_of_a_service(tools):
    assert short("s", *tools) == tools
    assert short(tools[0].partition("_")[0], *tools) == tools


def test_two_tools_share_a_word_by_chance():
    assert short("s", "kiosk_add", "kiosk_log") == ["kiosk_add", "kiosk_log"]


def test_two_services_that_only_their_names_tell_apart_keep_them():
    found = short_names({"prod": ["prod_drop", "prod_add"], "stage": ["stage_drop", "stage_load"]})
    assert found["prod", "prod_drop"] == "prod_drop"
    assert found["stage", "stage_drop"] == "stage_drop"
    assert found["prod", "prod_add"] == "add"


def test_tools_that_a_server_publishes_later_rename_nothing():
    listed = {"kiosk": ["tram_add", "tram_log", "tram_drop"], "home": ["lamp_add", "lamp_drop"]}
    more = {"kiosk": {"other": {}, "lamp_drop": {}}, "home": {}}
    before = {at: one.named for at, one in catalog(**listed).tools.items()}
    assert before["kiosk/tram_drop"] == "drop"
    assert {at: one.named for at, one in catalog(offered=more, **listed).tools.items()} == before


def test_a_server_renames_no_tools_of_another_by_those_it_adds():
    home = ["kraken_add", "kraken_log", "kraken_drop"]
    for odd in (["kraken_x"], ["zeta_add", "zeta_log", "zeta_mix"], ["kraken_a", "b", "c"]):
        found = short_names({"home": home, "odd": odd})
        # One of the same name tells two apart by their services again: more is asked, not less.
        kept = "kraken_add" if "zeta_add" in odd else "add"
        assert found["home", "kraken_add"] == kept
        assert found["home", "kraken_drop"] == "drop"


def test_what_was_done_is_read_as_the_tools_of_its_server_are():
    tools = catalog(kiosk=["kiosk_drop", "kiosk_remove", "kiosk_log"], other=["kiosk_x"]).tools
    spec = tools["kiosk/kiosk_drop"]
    assert done_with(spec, "kiosk/kiosk_remove") == "remove"
    assert done_with(spec, "other/kiosk_x") == "kiosk_x"
    assert done_with(tools["other/kiosk_x"], "kiosk/kiosk_remove") == "kiosk_remove"
