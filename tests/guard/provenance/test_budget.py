"""What is left of a task: tools that do the same share what was asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.model.call import ToolSpec
from guard.model.facts import LARGEST_LEFT
from guard.provenance.deed.budget import asked, left
from guard.provenance.request.said import read_task
from guard.provenance.vocabulary.lexicon import capability

NAME = frozenset({"text"})


def spec(tool, words=()):
    return ToolSpec(server="house", tool=tool, effect=frozenset({"write"}), intent=words)


def room(said, tool, done=(), *, kinds=NAME, words=(), nouns=frozenset()):
    counts = {}
    for one in done:
        counts[f"house/{one}", ()] = counts.get((f"house/{one}", ()), 0) + 1
    able = capability(tool, words)
    return left(
        read_task([said]), spec(tool, words), able, counts, kinds=kinds, nouns=able.nouns | nouns
    )


@pytest.mark.parametrize(
    ("said", "tool", "done", "rest"),
    [
        ("Send the note to Kim", "send_note", [], 1),
        ("Send the note to Kim", "send_note", ["send_note"], 0),
        ("Send a message to Kim", "send_channel_message", ["send_direct_message"], 0),
        ("Add an event with Kim", "append_event", ["add_event"], 0),
        ("Make an event with Kim", "append_event", ["add_event"], 0),
        ("Create an event and a file for it", "create_file", ["create_event"], 1),
        ("Send a message to Kim, Ann and Bob", "send_message", ["send_message"], 2),
        ("Send Kim a message. Then send Bob a message.", "send_message", ["send_message"], 1),
        ("Send Kim a message, and post a comment", "post_comment", ["send_message"], 1),
        ("Create three tickets", "create_ticket", ["create_ticket"], 2),
        ("Create tickets #4 and #5", "create_ticket", ["create_ticket"], 1),
        ("Create a file a.txt, b.txt and c.txt", "create_file", ["create_file"] * 2, 1),
        ("Make a file a.txt from b.txt", "create_file", ["create_file"] * 2, 0),
        ("Send 9 EUR to Kim for lunch, and send Bob 5 EUR", "send_payment", ["send_payment"], 1),
        ("Reject AB-3 and grant AB-4", "decide", ["decide"], 1),
        ("Reject AB-3 and Kim", "decide", ["decide"], 0),
        ("Reschedule my check-up", "create_file", ["reschedule_event"], 0),
        ("Send a message to each member", "send_message", ["send_message"] * 9, LARGEST_LEFT),
        ("Read the notes about the file", "create_file", [], 1),  # its words alone: once
        ("Read the notes about the file", "create_file", ["create_file"], 0),
    ],
)
def test_a_request_is_met_by_whatever_does_what_it_asks(said, tool, done, rest):
    kinds = NAME if tool not in {"create_file", "create_ticket", "decide"} else frozenset()
    nouns = frozenset({"person"}) if "member" in said else frozenset()
    assert room(said, tool, done, kinds=kinds, nouns=nouns) == rest


def test_each_of_one_sort_is_not_each_of_another():
    said = "Send the message to each member"
    assert room(said, "send_message", nouns=frozenset({"person"})) == LARGEST_LEFT
    assert room(said, "send_message", ["send_message"]) == 0


def test_what_a_person_allowed_beyond_their_request_takes_nothing_off_another():
    said = "Send Kim a message. Create a file."
    assert room(said, "create_file", ["send_message"] * 3, kinds=frozenset()) == 1


def test_a_request_that_names_a_tool_by_its_own_verb_is_kept_for_it():
    said = "Please comment on the post"
    assert room(said, "comment_post", ["publish_post"]) == 1
    assert room("Please publish it as a post", "comment_post", ["publish_post"]) == 0


def test_words_of_the_catalogue_decide_what_a_tool_is_asked_for_by():
    task = read_task(["Please refund Kim"])
    assert asked(task, capability("txn_x", ("refund",)))
    assert not asked(task, capability("txn_x"))


TOOLS = st.sampled_from(["send_message", "send_mail", "create_file", "create_event", "pay_bill"])
SAID = st.lists(
    st.sampled_from(
        ["Send Kim a message. ", "Mail Bob. ", "Create a file. ", "Pay the bill and send it. "]
    ),
    max_size=4,
).map("".join)


@given(SAID, st.lists(TOOLS, max_size=6), TOOLS, TOOLS)
def test_no_call_makes_room_for_another(said, done, more, tool):
    assert room(said, tool, [*done, more]) <= room(said, tool, done)


@given(SAID, st.lists(TOOLS, max_size=6), TOOLS)
def test_the_order_of_what_was_done_does_not_matter(said, done, tool):
    assert room(said, tool, done) == room(said, tool, done[::-1])
