"""The word of an option stands in another request, and the call takes it for its own.

"Read the comments of A and delete the photo" deletes no comments. Every case has its twin: the
option that was said of this act, and the call without it, which asks nobody.
"""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool

NO = {"type": "boolean", "default": False}


def one_of(*values, **more):
    return {"type": "string", "enum": [*values], **more}


def photo(**args):
    schema = {
        "type": "object",
        "properties": {"photo_id": S, **args},
        "required": ["photo_id"],
    }
    roles = {"photo_id": "id"} | {one: "flag" for one in args if one not in {"title", "album"}}
    return tool(["write"], {}, roles | {"title": "title"} if "title" in args else roles) | {
        "input_schema": schema
    }


RULES = bundle(
    {
        "list_photos": tool(["read"], {}, labels=TRUSTED),
        "delete_photo": photo(delete_comments=NO, notify_owner=NO),
        "publish_photo": photo(allow_comments=NO),
        "print_photo": photo(frame=NO, express=NO, size=one_of("s", "m", "l")),
        "update_photo": photo(
            title=S, rank=one_of("a", "b", "c"), status=one_of("draft", "archived")
        ),
    }
)
SHOWN = (
    "list_photos",
    {},
    [{"id": "ph-1", "title": "Harbour"}, {"id": "ph-2", "title": "Meadow"}],
)


def choice(prompt, name, **args):
    return "TASK-CHOICE" in asks(RULES, prompt, (name, {"photo_id": "ph-1", **args}), SHOWN)


DELETES = {"name": "delete_photo", "delete_comments": True}
TELLS = {"name": "delete_photo", "notify_owner": True}
LETS = {"name": "publish_photo", "allow_comments": True}
FAST, FRAMED = {"name": "print_photo", "express": True}, {"name": "print_photo", "frame": True}
LARGE = {"name": "print_photo", "size": "l"}
SAID = [
    ("Delete the photo Harbour and its comments", DELETES),
    ("Delete the photo Harbour along with the comments", DELETES),
    ("Delete the photo Harbour and notify the owner", TELLS),
    ("Publish the photo Harbour and allow comments", LETS),
    ("Print the photo Harbour by express", FAST),
    ("Print the photo Harbour with a frame", FRAMED),
    ("Print the photo Harbour and frame it", FRAMED),
    ("Print the photo Harbour in l", LARGE),
]
ANOTHERS = [
    ("Add a comment to Harbour and then delete the photo", DELETES),
    ("Delete the photo Harbour and answer the comments of Meadow", DELETES),
    ("Read the comments of Harbour and delete the photo", DELETES),
    ("Delete the photo Harbour, then list the comments of Meadow", DELETES),
    ("Read the comments of Meadow and publish the photo Harbour", LETS),
    ("Print the photo Harbour and send Meadow by express to bob@x.example", FAST),
    ("Frame the photo Meadow and print the photo Harbour", FRAMED),
    ("Print the photo Harbour", LARGE),
]


@pytest.mark.parametrize(("prompt", "call"), SAID)
def test_an_option_that_was_said_of_the_act_runs(prompt, call):
    assert not choice(prompt, **call)


@pytest.mark.parametrize(("prompt", "call"), ANOTHERS)
def test_an_option_of_another_request_asks(prompt, call):
    assert choice(prompt, **call)
    assert not choice(prompt, name=call["name"])  # and leaving it out is what was asked for


@pytest.mark.parametrize(
    "args", [{"rank": "c"}, {"title": "Dawn", "rank": "c"}, {"status": "archived"}]
)
def test_a_change_to_something_else_than_was_said_asks(args):
    assert choice("Rename the photo Harbour to Dawn", "update_photo", **args)
    assert not choice("Rename the photo Harbour to Dawn", "update_photo", title="Dawn")
