"""Another one of a closed set than the words say, wherever they say it; and the switch that is on.

Each case has its twin, the one that was said, which runs.
"""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool


def one_of(*names):
    return {"type": "string", "enum": [*names]}


def needing(names, **args):
    return {"type": "object", "properties": args, "required": names.split()}


BOOL = {"type": "boolean"}
REASONS = one_of("mistake", "no_show", "too_slow", "done", "other")
AUDIENCE = ["only_me", "followers", "public"]
RULES = bundle(
    {
        "end_lesson": tool(
            ["write"], {}, {"lesson_id": "id"},
            input_schema=needing("lesson_id reason", lesson_id=S, reason=REASONS),
        ),
        "create_board": tool(
            ["write"], {}, {"title": "title"},
            input_schema=needing("title", title=S, state=one_of("draft", "open")),
        ),
        "make_board": tool(
            ["write"], {}, {"title": "title"},
            input_schema=needing("title state", title=S, state=one_of("draft", "open")),
        ),
        "update_lesson": tool(
            ["write"], {}, {"lesson_id": "id"},
            input_schema=needing("lesson_id", lesson_id=S, on_hold=BOOL, visible=BOOL),
        ),
        "share_board": tool(
            ["write"], {},
            {
                "board_id": "id", "email": "recipient",
                "role": {"role": "permission", "order": ["reader", "editor", "owner"]},
            },
            input_schema=needing("board_id email role", board_id=S, email=S, role=one_of("reader", "editor", "owner")),
        ),
        "edit_post": tool(
            ["write"], {}, {"post_id": "id", "audience": {"role": "permission", "order": AUDIENCE}},
            input_schema=needing("post_id", post_id=S, comments_off=BOOL, audience=one_of(*AUDIENCE)),
        ),
    }
)  # fmt: skip


def ended(prompt, reason):
    return asks(RULES, prompt, ("end_lesson", {"lesson_id": "L-7", "reason": reason}))


REASON = {
    "as a": ("End lesson L-7 as a no-show.", "no_show"),
    "behind a colon": ("Please end lesson L-7: no show", "no_show"),
    "in a sentence": ("End lesson L-7, the pupil did not show up.", "no_show"),
    "by mistake": ("End lesson L-7, I entered it by mistake.", "mistake"),
    "told before": ("It is lesson L-7. I ordered it by mistake, so please end it.", "mistake"),
    "told and excused": ("End lesson L-7, I wrote it down by mistake, sorry, so it can go.", "mistake"),
    "two words": ("End lesson L-7, it is too slow", "too_slow"),
    "with its name": ("End lesson L-7 with the reason mistake.", "mistake"),
}  # fmt: skip


@pytest.mark.parametrize(("prompt", "said"), REASON.values(), ids=REASON)
def test_the_one_that_is_said_runs_and_no_other_does(prompt, said):
    assert "TASK-CHOICE" not in ended(prompt, said)
    for other in {*REASONS["enum"]} - {said}:
        assert "TASK-CHOICE" in ended(prompt, other)


WHY = one_of("booked in error", "not_required", "too_far")


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("it was a mistake", "booked in error"),
        ("I booked it by accident", "booked in error"),
        ("that was an error", "booked in error"),
        ("I don't need it any more", "not_required"),
        ("we do not want them any longer", "not_required"),
        ("it isn't needed", "not_required"),
        ("there is no need for it now", "not_required"),
    ],
)
def test_a_reason_in_other_words_is_that_one(why, said):
    schema = needing("seat_id why", seat_id=S, why=WHY)
    rules = bundle({"cancel_seat": tool(["write"], {}, {"seat_id": "id"}, input_schema=schema)})
    for one in WHY["enum"]:
        call = ("cancel_seat", {"seat_id": "S-4", "why": one})
        found = asks(rules, f"Cancel seat S-4, {why}.", call)
        assert ("TASK-CHOICE" in found) is (one != said)


@pytest.mark.parametrize("name", ["create_board", "make_board"])
@pytest.mark.parametrize(
    ("words", "said", "other"),
    [
        ("a draft board 'Spring'", "draft", "open"),
        ("an open board 'Spring'", "open", "draft"),
        ("a new board 'Spring' as a draft", "draft", "open"),
        ("an hour of draft for a board 'Spring'", "draft", "open"),
        ("a board 'Spring', leave it in draft", "draft", "open"),
    ],
)
def test_a_word_that_is_a_verb_as_well_describes(name, words, said, other):
    prompt = f"{name.partition('_')[0].capitalize()} {words}."
    assert not asks(RULES, prompt, (name, {"title": "Spring", "state": said}))
    assert "TASK-CHOICE" in asks(RULES, prompt, (name, {"title": "Spring", "state": other}))


def test_what_is_to_be_opened_is_no_draft_and_may_be_either():
    prompt = "Make a draft board 'Spring' and open it."
    for state in ("draft", "open"):
        assert not asks(RULES, prompt, ("make_board", {"title": "Spring", "state": state}))


OFF = {
    "it is not": ("Update lesson L-7: it isn't on hold.", "on_hold"),
    "no longer": ("Lesson L-7 is no longer on hold, update it.", "on_hold"),
    "off": ("Update lesson L-7 and take it off hold.", "on_hold"),
    "in one word": ("Make lesson L-7 invisible.", "visible"),
    "not": ("Update lesson L-7: not visible.", "visible"),
}


@pytest.mark.parametrize(("prompt", "switch"), OFF.values(), ids=OFF)
def test_a_switch_that_is_denied_is_off(prompt, switch):
    def set_to(on):
        return asks(RULES, prompt, ("update_lesson", {"lesson_id": "L-7", switch: on}))

    assert "TASK-CHOICE" in set_to(on=True)
    assert "TASK-CHOICE" not in set_to(on=False)


def test_what_is_not_so_and_shall_be_is_on():
    prompt = "Why isn't lesson L-7 visible? Make it visible."
    call = {"lesson_id": "L-7", "visible": False}
    assert "TASK-CHOICE" in asks(RULES, prompt, ("update_lesson", call))


@pytest.mark.parametrize("role", ["reader", "owner"])
def test_less_than_was_said_is_not_what_was_said(role):
    prompt = "Share board B-2 with ida@kiln.example as an editor."
    call = {"board_id": "B-2", "email": "ida@kiln.example"}
    assert not asks(RULES, prompt, ("share_board", {**call, "role": "editor"}))
    assert asks(RULES, prompt, ("share_board", {**call, "role": role}))
    assert not asks(
        RULES, prompt.replace(" as an editor", ""), ("share_board", {**call, "role": "reader"})
    )


@pytest.mark.parametrize("audience", AUDIENCE)
def test_a_change_gives_no_less_to_others_where_nobody_spoke_of_it(audience):
    call = {"post_id": "p-4", "comments_off": True}
    prompt = "Edit the post p-4: turn off the comments."
    assert not asks(RULES, prompt, ("edit_post", call))
    assert "TASK-PERM" in asks(RULES, prompt, ("edit_post", {**call, "audience": audience}))


@pytest.mark.parametrize(
    ("prompt", "audience"),
    [
        ("Make the post p-4 visible to followers only.", "followers"),
        ("Set the audience of the post p-4 to only_me.", "only_me"),
    ],
)
def test_the_audience_that_is_said_is_set(prompt, audience):
    call = {"post_id": "p-4", "audience": audience}
    assert "TASK-PERM" not in asks(RULES, prompt, ("edit_post", call))


GRADED = bundle(
    {
        "update_parcel": tool(
            ["write"], {}, {"parcel_id": "id"},
            input_schema=needing(
                "parcel_id", parcel_id=S, state=one_of("open", "held_back", "sent"), weight_class=one_of("light", "normal", "heavy")
            ),
        )
    }
)  # fmt: skip


@pytest.mark.parametrize(
    "prompt",
    [
        "PA-7: weight class light, state open",
        "parcel PA-7 \u2192 state: open",
        "Update PA-7, state = open, please.",
        'Update PA-7: state "open".',
    ],
)
def test_what_stands_behind_the_name_of_an_argument_is_what_it_is_set_to(prompt):
    def asked(state):
        return asks(GRADED, prompt, ("update_parcel", {"parcel_id": "PA-7", "state": state}))

    assert not asked("open")
    assert asked("sent") >= {"TASK-CHOICE"}
    assert asked("held_back") >= {"TASK-CHOICE"}


LETTERS = bundle(
    {
        "add_row": tool(
            ["write"], {}, {"text": "body"},
            input_schema=needing("text kind", text=S, kind=one_of("A", "SRV", "TXT")),
        ),
        "set_jug": tool(
            ["write"], {}, {"jug_id": "id"},
            input_schema=needing("jug_id", jug_id=S, state=one_of("open", "shut", "solved")),
        ),
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "kind", "asked"),
    [
        ("add a TXT row to it", "A", True),
        ("add a TXT row to it", "TXT", False),
        ("add an A row to it", "A", False),
    ],
)
def test_an_article_is_no_choice_of_that_letter(prompt, kind, asked):
    found = asks(LETTERS, prompt, ("add_row", {"text": "x", "kind": kind}))
    assert ("TASK-CHOICE" in found) is asked


@pytest.mark.parametrize(
    ("prompt", "state", "asked"),
    [
        ("jug J-7: state open", "solved", True),
        ("jug J-7: state open", "open", False),
        ("jug J-7 to state: open", "shut", True),
        ("set jug J-7 with state open to shut", "shut", False),
        ("close jug J-7 with state open", "shut", False),
    ],
)
def test_what_a_set_is_said_to_be_by_its_name_is_no_other_one(prompt, state, asked):
    found = asks(LETTERS, prompt, ("set_jug", {"jug_id": "J-7", "state": state}))
    assert ("TASK-CHOICE" in found) is asked
