"""What `guard init` guesses of roles and labels; what it does not know stays on the safe side."""

import asyncio

import pytest

from guard.model.labels import Label, Secrecy, Trust
from guard.policy.catalog import read_catalog
from guard.policy.convert import Limits, convert_args
from guard.provenance.result.observe import label_at
from guard_adapters._yaml import parse_yaml
from guard_adapters.cli.guess import guessed, roles_of
from guard_adapters.cli.guess_labels import labels_of
from guard_adapters.cli.init import MARK, config_text
from guard_adapters.cli.published import Listed
from guard_adapters.demo.servers.files import files_server
from guard_adapters.demo.servers.mail import mail_server

S = {"type": "string"}


def shaped(**properties):
    return {"type": "object", "properties": properties}


def enum(*values):
    return {"type": "string", "enum": list(values)}


def listed(name, properties, results=None, **hints):
    more = {"outputSchema": results} if results else {}
    definition = {"name": name, "inputSchema": shaped(**properties), "annotations": hints, **more}
    return Listed(definition=definition)


def written(*tools):
    return config_text("home", 'command: ["x"]', tools)


def loaded(text):
    return read_catalog(dict(parse_yaml(text, where="guard.yaml")))


def test_where_something_planned_takes_place_is_no_address():
    planned, _ = roles_of(shaped(title=S, start_time=S, location=S))
    assert planned["location"].role == "title"
    _, undecided = roles_of(shaped(pickup_time=S, location=S))
    assert undecided == ("location",)


@pytest.mark.parametrize(
    ("name", "schema", "role"),
    [
        ("subject", S, "title"),
        ("start_time", S, "when"),
        ("dueDate", {"anyOf": [S, {"type": "null"}]}, "when"),
        ("attachments", {"type": "array", "items": S}, "attach"),
        ("first_name", S, "profile"),
        ("date_of_birth", S, "profile"),
        ("participants", {"type": "array", "items": S}, "recipient"),
        ("permission", S, "permission"),
        ("color", enum("red", "blue"), "enum"),
        ("notify", {"type": "boolean"}, "flag"),
        ("access", enum("red", "blue"), "permission"),
        ("profile_visibility", enum("red", "blue"), "permission"),
        ("anything", enum("r", "rw"), "permission"),
        ("betreff", S, "title"),
        ("empfaenger", S, "recipient"),
        ("special_request", S, "body"),
        ("contenu", S, "body"),
        ("heure", S, "when"),
        ("surname", S, "profile"),
        ("newTitle", S, "title"),
    ],
)
def test_a_role_is_guessed_with_how_sure_that_is(name, schema, role):
    roles, undecided = roles_of(shaped(**{name: schema}))

    assert roles[name].role == role
    assert roles[name].sure in {"high", "medium", "low"}
    assert undecided == ()


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (("rw", "r"), ("r", "rw")),
        (("admin", "read", "write"), ("read", "write", "admin")),
        (("EDITOR", "VIEWER", "OWNER"), ("VIEWER", "EDITOR", "OWNER")),
        (("public", "private"), ("private", "public")),
        (("push", "triage", "pull", "admin"), ("pull", "triage", "push", "admin")),
        (("view", "read"), ()),
        (("read", "chaos"), ()),
    ],
)
def test_a_permission_has_an_order_only_where_its_values_tell_one(values, order):
    (found,) = roles_of(shaped(permission=enum(*values)))[0].values()

    assert (found.role, found.order) == ("permission", order)
    assert found.sure == ("medium" if order else "low")


@pytest.mark.parametrize(
    ("name", "schema", "role"),
    [
        ("target", {**S, "format": "uri"}, "url"),
        ("clinic", {"anyOf": [{**S, "format": "email"}, {"type": "null"}]}, "recipient"),
        ("visit", {**S, "format": "date-time"}, "when"),
        ("billing_email", S, "recipient"),
        ("phoneNumber", S, "recipient"),
        ("departure_date", S, "when"),
        ("callback_url", S, "url"),
        ("doctorPin", S, "secret"),
        ("image_link", S, "url"),
        ("hostname", S, "url"),
        ("start_day", S, "when"),
        ("check_in", S, "when"),
        ("expires_on", S, "when"),
        ("issue_number", {"type": "integer"}, "id"),
        ("invoice_no", S, "id"),
        ("parcel_number", {"type": "number"}, "id"),
        ("page_index", {"type": "integer"}, "id"),
        ("ticketKey", S, "id"),
        ("itemIds", {"type": "array", "items": S}, "id"),
        ("source_ids", {"type": "array", "items": {"type": "integer"}}, "id"),
        ("tractor", {**S, "description": "The ID of the tractor to lend."}, "id"),
        ("repo_path", S, "path"),
        ("save_dir", S, "path"),
        ("outputDirectory", S, "path"),
        ("repo_name", S, "id"),
        ("tableName", S, "id"),
        ("booking_reference", S, "id"),
        ("memo", S, "body"),
        ("newText", S, "body"),
        ("commit_message", S, "body"),
        ("domain", {**S, "description": "The website's domain"}, "url"),
        ("remarkBody", S, "body"),
        ("packing_note", S, "body"),
        ("merge_iid", {"type": "integer"}, "id"),
        ("eventKeys", {"type": "array", "items": S}, "id"),
        ("sha", S, "id"),
        ("inReplyTo", S, "id"),
        ("thread_ts", S, "id"),
        ("dueString", S, "when"),
        ("start_str", S, "when"),
        ("parcel", {**S, "description": "The ID of the parcel to send."}, "id"),
    ],
)
def test_a_format_and_the_last_word_of_a_name_give_a_role_away(name, schema, role):
    (found,) = roles_of(shaped(**{name: schema}))[0].values()
    assert (found.role, found.sure) == (role, "medium")


SAID = {
    "name": "The name or ID of the barn",
    "payee": "The ID of the payee",
    "guest": "User ID, or e-mail",
    "member": "ID of the member to send",
    "box": "ID of the card to send",
    "room": "ID of the room to send to",
    "account": "ID of the account to pay",
}


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        *((name, {**S, "description": said}) for name, said in SAID.items()),
        ("member", {**S, "description": "ID of whom to share the list with, to invite them"}),
        ("guest_ids", {"type": "array", "items": S}),
        ("ssh_key", S),
        ("phone_index", {"type": "integer"}),
        ("sshKeys", {"type": "array", "items": S}),
        ("ts", S),
        ("number", {"type": "integer", "description": "Number of batches to brew"}),
    ],
)
def test_what_may_be_somebody_or_so_much_is_no_id(name, schema):
    assert "id" not in {one.role for one in roles_of(shaped(**{name: schema}))[0].values()}


def test_the_name_of_what_a_tool_makes_is_the_name_of_nothing_that_is_there():
    def role(tool):
        return {p: one.role for p, one in roles_of(shaped(repo_name=S), tool)[0].items()}

    assert role("star_repo") == role("create_issue") == {"repo_name": "id"}
    assert role("create_repo") == role("git_create_repository") == {}


@pytest.mark.parametrize(
    ("tool", "args", "thing"),
    [
        ("finalize_invoice", ("invoice",), "invoice"),
        ("cancelSubscription", ("subscription",), "subscription"),
        ("update_subscription", ("subscription", "seats"), "subscription"),
        ("cancel_standing_order", ("standing_order",), "standing_order"),
        ("pods_delete", ("name", "namespace"), "name"),
        ("pump_restart", ("name",), "name"),
        ("pump_set_mode", ("name", "mode"), "name"),
    ],
)
def test_what_a_tool_is_called_after_is_the_thing_that_it_acts_on(tool, args, thing):
    found = roles_of(shaped(**dict.fromkeys(args, S)), tool)[0]
    assert {path for path, one in found.items() if one.role == "id"} == {thing}


@pytest.mark.parametrize(
    ("tool", "args"),
    [
        ("create_invoice", ("invoice",)),  # what it makes
        ("add_label", ("label", "issue_id")),
        ("set_topic", ("topic",)),  # what it sets
        ("update_price", ("price", "sku_id")),
        ("change_plan", ("plan", "customer_id")),
        ("deployment_set_image", ("image", "name")),
        ("list_by_region", ("region",)),
        ("search_using_filter", ("filter",)),
        ("notify_member", ("member",)),  # whom it reaches
        ("send_parcel", ("parcel",)),
        ("remove_user", ("user",)),
        ("refill_card", ("refills",)),
        ("update_profile", ("name", "city")),  # what somebody is to be called
        ("rename_pump", ("name",)),
        ("update_pump", ("pump_id", "name")),
        ("invite_guest", ("name", "email")),
        ("delete_user", ("name",)),
        ("grant_access", ("name", "role")),
    ],
)
def test_what_a_tool_makes_sets_or_reaches_is_no_thing(tool, args):
    found = roles_of(shaped(**dict.fromkeys(args, S)), tool)[0]
    named = {path for path, one in found.items() if one.role == "id" and not path.endswith("_id")}
    assert named <= ({"name"} if "image" in args else set())


def test_the_lines_of_an_address_are_who_somebody_is_where_it_is_whole():
    lines = dict.fromkeys(("address1", "city", "state", "zip"), S)
    assert {one.role for one in roles_of(shaped(**lines))[0].values()} == {"profile"}
    assert roles_of(shaped(state=S, title=S))[1] == ("state",)


@pytest.mark.parametrize(
    ("name", "arg", "role"),
    [
        ("list_growers", "email", "query"),
        ("find_plot_by_phone", "phone", "query"),
        ("search_mails", "to", "recipient"),
        ("get_invitation", "email", "recipient"),
        ("invite_grower", "email", "recipient"),
    ],
)
def test_an_address_to_look_for_is_no_receiver_in_a_tool_that_only_looks(name, arg, role):
    assert guessed(name, shaped(**{arg: S}), {}).roles[arg].role == role


@pytest.mark.parametrize(
    ("name", "args", "effect"),
    [
        ("pump_status", {"pump_path": S}, ("read",)),
        ("boiler_log", {"size": {"type": "integer"}}, ("read",)),
        ("pump_status", {"status": S}, ("write",)),
        ("pump_reset_status", {}, ("write",)),
        ("pump_status", {"message": S}, ("write",)),
    ],
)
def test_a_name_of_what_is_shown_reads_where_nothing_of_it_acts(name, args, effect):
    assert guessed(name, shaped(**args), {}).effect == effect


@pytest.mark.parametrize(
    ("name", "arg", "schema", "role"),
    [
        ("create_folder", "name", S, "title"),
        ("save_playlist", "name", S, "title"),
        ("create_room", "topic", S, "title"),
        ("rename_chart", "new_name", S, "title"),
        ("add_reaction", "emoji", S, "title"),
        ("put_in_basket", "qty", S, "title"),
        ("unpin", "ts", {**S, "description": "Timestamp of the pinned message"}, "id"),
        ("give_back", "card", {**S, "description": "Card id or voucher id that pays"}, "id"),
        # What may be somebody, or a place in which others read it.
        ("create_user", "name", S, ""),
        ("invite_guest", "name", S, ""),
        ("add_host", "name", S, ""),
        ("publish_event", "topic", S, ""),
        ("create_subscription", "topic", S, ""),
        ("send_parcel", "address", S, ""),
        # Any phrase of the prompt would be a profile: also "from 99 Mill Road", or a remark.
        ("update_my_details", "address", S, ""),
        ("set_delivery", "address", S, ""),
        ("set_host", "address", S, ""),
        ("log_gauge", "ts", {**S, "description": "Timestamp of the reading"}, ""),
        # Where money goes is a receiver, by whatever id.
        ("drop_order", "refund_to", {**S, "description": "Payment method id for it"}, ""),
        ("give_back", "send_to", {**S, "description": "Card id or voucher id that gets it"}, ""),
        ("give_back", "payout_target", {**S, "description": "Id of it"}, ""),
        ("drop_order", "refund_to", {**S, "description": "Card id or IBAN of the payee"}, ""),
    ],
)
def test_how_a_thing_is_called_is_no_receiver(name, arg, schema, role):
    found, undecided = roles_of(shaped(**{arg: schema}), name)
    assert (found[arg].role if role else "") == role
    assert undecided == (() if role else (arg,))


def test_a_name_beside_what_somebody_gets_may_be_theirs():
    for other in ("iban", "amount", "permission", "address"):
        assert "name" in roles_of(shaped(name=S, **{other: S}), "create_entry")[1]


def test_a_summary_is_a_title_beside_a_day_and_a_text_by_itself():
    assert roles_of(shaped(summary=S, start=S))[0]["summary"].role == "title"
    assert roles_of(shaped(summary=S, project_key=S))[0]["summary"].role == "title"
    assert roles_of(shaped(summary=S))[0]["summary"].role == "body"


def test_a_domain_is_a_host_only_where_something_says_so():
    """Elsewhere it is a sort of devices, and no URL could be read in it."""
    assert roles_of(shaped(domain={"type": "array", "items": S}), "turn_on") == ({}, ("domain",))
    assert roles_of(shaped(domain=S), "dns_lookup")[0]["domain"].role == "url"


@pytest.mark.parametrize("name", ["HassListAddItem", "list_add_item", "todo_list_move_entry"])
def test_a_list_to_which_something_is_done_is_not_read(name):
    assert "read" not in guessed(name, shaped(item=S), {}).effect
    assert guessed("list_open_tickets", shaped(shop=S), {}).effect == ("read",)


def test_two_formats_are_none():
    either = {"anyOf": [{**S, "format": "uri"}, {**S, "format": "date"}]}
    assert roles_of(shaped(place=either)) == ({}, ("place",))


def test_a_currency_is_weighed_with_an_amount_and_by_itself_undecided():
    pair = shaped(amount={"type": "number"}, from_currency=S, to_currency=S)
    assert {one.role for one in roles_of(pair)[0].values()} == {"amount", "enum"}
    assert roles_of(shaped(currency=S)) == ({}, ("currency",))


def test_what_a_sharing_tool_gives_is_a_permission_though_one_of_its_values_has_no_rank():
    schema = shaped(level=enum("none", "summary", "full"))
    (shared,) = roles_of(schema, "share_record")[0].values()
    (printed,) = roles_of(schema, "print_record")[0].values()
    assert (shared.role, shared.order, shared.sure) == ("permission", (), "low")
    assert printed.role == "enum"


@pytest.mark.parametrize(
    "name", ["name", "thing", "channel", "frequency", "id_hint", "value", "city", "topic"]
)
def test_what_no_name_gives_away_stays_undecided(name):
    assert roles_of(shaped(**{name: S})) == ({}, (name,))


@pytest.mark.parametrize("name", ["account_number", "card_number", "number"])
def test_a_number_under_which_somebody_is_known_is_no_id(name):
    assert roles_of(shaped(**{name: S})) == ({}, (name,))


def test_what_a_name_means_depends_on_what_stands_beside_it():
    def roles(**properties):
        return {path: one.role for path, one in roles_of(shaped(**properties))[0].items()}

    assert roles(source=S, destination=S) == {"source": "source", "destination": "path"}
    assert roles(destination=S, start=S) == {"start": "when"}
    assert roles(first_name=S, city=S) == {"first_name": "profile", "city": "profile"}
    assert roles(amount={"type": "number"}, reference=S) == {
        "amount": "amount",
        "reference": "body",
    }
    assert roles(reference=S) == {"reference": "id"}


def test_a_tool_that_is_named_after_a_secret_gives_one():
    text = written(listed("get_api_key", {"service": S}), listed("set_password", {"user": S}))
    hidden = {
        one.tool: label_at(one, ("x",)).secrecy is Secrecy.SECRET for one in loaded(text).specs()
    }
    assert hidden == {"get_api_key": True, "set_password": False}


def test_more_is_said_of_somebody_beside_their_own_name():
    grower = shaped(firstname=S, lastname=S, company=S, nickname={"type": "integer"})
    roles, undecided = roles_of(shaped(grower=grower, company=S))
    assert {path: one.role for path, one in roles.items()} == dict.fromkeys(
        ("grower.firstname", "grower.lastname", "grower.company"), "profile"
    )
    assert undecided == ("company", "grower.nickname")


def test_a_subject_that_is_given_a_right_is_no_title():
    right = {"role": S, "subject": S}
    assert roles_of(shaped(**right))[1] == ("subject",)
    assert roles_of(shaped(**right, body=S))[0]["subject"].role == "title"


@pytest.mark.parametrize(
    ("name", "arg", "role"),
    [
        ("submit_answer", "answer", "body"),
        ("add_guest_wishes", "wishes", ""),
        ("add_guest_wish", "wish", "body"),
        ("add_special_request", "request", "body"),
        ("make_request", "request", ""),
        ("send_request", "request", ""),
        ("assign_review", "answer", ""),
    ],
)
def test_what_a_tool_puts_into_words_is_a_text(name, arg, role):
    roles, undecided = roles_of(shaped(**{arg: S}), name)
    assert roles[arg].role == role if role else undecided == (arg,)


def test_a_command_in_parts_is_one():
    guess = guessed("barn_exec", shaped(barn=S, command={"type": "array", "items": S}), {})
    assert guess.roles["command"].role == "command"
    assert "privileged" in guess.effect
    several = {"type": "array", "items": S}
    (spec,) = loaded(written(listed("barn_exec", {"command": several}))).specs()
    assert "privileged" in spec.effect


def test_members_of_objects_are_guessed_and_a_dotted_name_is_left_alone():
    inner = shaped(email=S, thing=S)
    schema = shaped(guests={"type": "array", "items": inner}, **{"a.to": S})

    roles, undecided = roles_of(schema)

    assert {path: one.role for path, one in roles.items()} == {"guests.email": "recipient"}
    assert undecided == ("guests.thing",)


def test_an_undecided_argument_of_a_write_is_held_to_the_strictest_role():
    text = written(listed("update_note", {"name": S, "size": {"type": "integer"}}))

    (spec,) = loaded(text).specs()
    assert spec.args == {}
    assert f'# "name": {{role: }}  {MARK} undecided (low)' in text
    assert "undecided" not in written(listed("read_note", {"name": S}))


def test_the_order_of_a_permission_is_written_for_a_person_to_decide():
    text = written(listed("share_file", {"with": S, "right": enum("rw", "r")}))

    (spec,) = loaded(text).specs()
    assert spec.args["right"].order == ("r", "rw")
    assert f'order: ["r", "rw"]}}  {MARK} guessed (medium)' in text


PEOPLE = shaped(
    items={
        "type": "array",
        "items": shaped(
            id=S, note=S, created_at=S, uid={"type": "string", "format": "uuid"}, password=S,
            next_page_token=S,
        ),
    }
)  # fmt: skip


def test_ids_and_moments_are_proposed_in_comments_and_secrets_are_marked():
    text = written(listed("list_people", {}, PEOPLE))

    (spec,) = loaded(text).specs()
    assert spec.labels.keys() == {"*", "items.*.password"}
    assert label_at(spec, ("items", "*", "id")) == Label()
    assert label_at(spec, ("items", "*", "password")).secrecy is Secrecy.SECRET
    assert f'# "items.*.id": [trusted]  {MARK} proposed (medium): an id by its name' in text
    assert f'# "items.*.uid": [trusted]  {MARK} proposed (high): an id by its format' in text
    assert "next_page_token" not in text
    assert "items.*.note" not in text


@pytest.mark.parametrize(
    ("name", "args", "tells"),
    [
        ("get_current_date", {}, True),
        ("getCurrentTime", {}, True),
        ("get_today", {}, False),  # it may tell what is on today, and who sent that
        ("get_current_day", {}, False),
        ("get_current_time", {"timezone": S}, False),  # it may say again what it was given
        ("get_current_user", {}, False),
        ("get_date", {}, False),
        ("set_current_time", {}, False),
    ],
)
def test_a_clock_that_is_given_nothing_is_trusted(name, args, tells):
    (spec,) = loaded(written(listed(name, args))).specs()
    trust = label_at(spec, ("date",)).trust
    assert (trust is Trust.TRUSTED) is tells
    for other in [(), ("note",), ("date", "note"), ("*", "date"), ("events", "*", "name")]:
        assert label_at(spec, other).trust is Trust.UNTRUSTED


@pytest.mark.parametrize(
    ("said", "results", "tells"),
    [
        ("Returns the current date and time in ISO 8601 format.", {}, True),
        ("Current date, with today's events and who sent them", {}, False),
        ("", shaped(current_date=S, weekday=S), True),
        ("", shaped(current_date=S, events={"type": "array", "items": S}), False),
        ("", shaped(current_date={"type": "object"}), False),
    ],
)
def test_a_clock_tells_nothing_else(said, results, tells):
    tool = listed("get_current_date", {}, results)
    tool = Listed(definition={**tool.definition, "description": said})
    (spec,) = loaded(written(tool)).specs()
    assert (label_at(spec, ("current_date",)).trust is Trust.TRUSTED) is tells
    assert label_at(spec, ("weekday",)).trust is Trust.UNTRUSTED


def test_a_proposal_that_a_person_uncomments_trusts_that_field_alone():
    text = written(listed("list_people", {}, PEOPLE)).replace('# "items.*.id"', '"items.*.id"')

    (spec,) = loaded(text).specs()
    assert label_at(spec, ("items", "*", "id")).trust is Trust.TRUSTED
    assert label_at(spec, ("items", "*", "note")).trust is Trust.UNTRUSTED
    assert spec.output.trust is Trust.UNTRUSTED


def test_paths_are_those_under_which_the_guard_sees_a_result():
    envelope = shaped(result={"type": "array", "items": {"$ref": "#/$defs/P"}})
    schema = {**envelope, "$defs": {"P": shaped(id=S, best={"$ref": "#/$defs/P"})}}

    paths = [one.path for one in labels_of(schema)]

    assert paths[:2] == ["*.id", "*.best.id"]
    assert len(paths) < 10
    people = {"type": "object", "additionalProperties": shaped(id=S)}
    assert [one.path for one in labels_of(people)] == ["*.id"]


@pytest.mark.parametrize(
    "hints",
    [{}, {"readOnlyHint": True}, {"idempotentHint": True}, {"destructiveHint": False}],
)
def test_annotations_take_no_caution_away(hints):
    properties = {"to": S, "memo": S, "right": enum("r", "rw")}

    plain = guessed("send_memo", shaped(**properties), {})

    assert guessed("send_memo", shaped(**properties), hints) == plain


def test_low_impact_is_never_guessed():
    assert "impact" not in written(
        listed("add_note", {"text": S}, destructiveHint=False, readOnlyHint=True)
    )


def test_the_demo_servers_are_read(tmp_path):
    async def tools():
        found = []
        for server in (files_server(tmp_path), mail_server(1, "a@b.example")):
            for one in await server.list_tools():
                dumped = one.model_dump(mode="json", by_alias=True, exclude_none=True)
                found.append(Listed(definition=dumped))
        return found

    text = written(*asyncio.run(tools()))

    specs = {spec.tool: spec for spec in loaded(text).specs()}
    mail = {path: one.role for path, one in specs["send_mail"].args.items()}
    assert mail == {"to": "recipient", "subject": "title", "body": "body"}
    assert specs["read_file"].args["path"].role == "path"
    assert not any(spec.confirmed or spec.labels for spec in specs.values())
    guesses = [line for line in text.splitlines() if "guessed" in line and "(" in line]
    assert all(any(f"({sure})" in line for sure in ("high", "medium", "low")) for line in guesses)


def test_a_server_cannot_write_a_line_of_the_file():
    evil = 'id\n    trust: trusted  #"'
    results = shaped(**{evil: {"type": "string", "format": "uuid"}, "x\u2028_id": S})
    text = written(listed("update_x", {evil: S}, results))

    catalog = loaded(text)

    assert catalog.servers["home"].trust == "untrusted"
    (spec,) = catalog.specs()
    assert not spec.server_trusted
    assert not any(label.trust is Trust.TRUSTED for label in spec.labels.values())


def test_a_number_that_is_named_an_id_is_one():
    roles, undecided = roles_of({"properties": {"order_id": {"type": "integer"}}})
    assert roles["order_id"].role == "id"
    assert not undecided


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        (("source", "destination"), ("source", "path")),
        (("destination", "source"), ("path", "source")),
        (("oldPath", "newPath"), ("source", "path")),
        (("from_path", "to_path"), ("source", "path")),
        (("src", "dst"), ("source", "path")),
        (("path", "source"), ("path", "source")),
        (("folder", "filename"), ("path", "source")),
        (("destination", "file", "source"), ("path", "id", "source")),
    ],
)
def test_of_two_paths_one_is_written_to_and_one_is_read(names, roles):
    found, _ = roles_of({"properties": {name: {"type": "string"} for name in names}})
    assert tuple(found[name].role for name in names) == roles
    assert all(found[name].why != "its name" for name in names if found[name].role != "path")


@pytest.mark.parametrize(
    ("name", "hints", "effect", "why"),
    [
        ("write_file", {}, "write", "the name says 'write'"),
        ("createDirectory", {}, "write", "the name says 'create'"),
        ("list_files", {}, "read", "the name says 'list'"),
        ("list_and_delete", {}, "write", "the name says 'delete'"),
        ("get_or_create", {}, "write", "the name says 'create'"),
        ("directory_tree", {"readOnlyHint": True}, "read", "the server calls it read-only"),
        ("my_orders", {"readOnlyHint": True}, "read", "the server calls it read-only"),
        ("my_orders", {}, "write", "the name says nothing"),
        ("cancel_my_orders", {"readOnlyHint": True}, "write", "cancel"),
        ("directory_tree", {}, "write", "the name says nothing"),
        ("doit", {}, "write", "the name says nothing"),
        ("find_replace", {}, "write", "and ends in 'replace'"),
        ("count_open_tickets", {}, "read", "the name says 'count'"),
        ("list_shared_files", {}, "read", "the name says 'list'"),
        ("get_order", {}, "read", "the name says 'get'"),
    ],
)
def test_what_a_name_says_is_said_and_doubt_writes(name, hints, effect, why):
    guess = guessed(name, shaped(), hints)

    assert guess.effect[0] == effect
    assert why in guess.why


@pytest.mark.parametrize(
    ("name", "args", "effect"),
    [
        ("query_and_patch", ("text",), "write"),
        ("search_and_erase", ("text",), "write"),
        ("read_insert", ("row",), "write"),
        ("view_and_countersign", ("contract",), "write"),
        ("archive_list", ("list",), "write"),
        ("clear_count", (), "write"),
        ("get_reimbursement", ("trip", "account"), "write"),
        ("get_reimbursement", ("reimbursement_id",), "read"),
        ("get_reimbursements", ("trip",), "read"),
        ("list_car_for_sale", ("car",), "write"),
        ("list_cars_for_sale", ("city",), "read"),
        ("check_out", ("cart",), "write"),
        ("check_stock", ("sku",), "read"),
        ("find_phrase", ("phrase", "replacement"), "write"),
        ("view_page", ("page", "content"), "write"),
        ("search_pages", ("content",), "read"),
        ("list_runs", (), "read"),
        ("list_open_tickets", (), "read"),
        ("get_updates", (), "read"),
        ("get_title_and_author", ("book",), "read"),
        ("list_people_and_groups", (), "read"),
        ("mail_search", ("text",), "read"),
        ("acme_list_orders", (), "read"),
    ],
)
def test_a_name_reads_where_nothing_in_it_acts(name, args, effect):
    assert guessed(name, shaped(**dict.fromkeys(args, S)), {}).effect[0] == effect


MAILS = {"to": S, "subject": S}


@pytest.mark.parametrize(
    ("name", "properties", "path", "kind"),
    [
        ("send_mail", {"to": S}, "to", "email"),
        ("post", MAILS, "to", "email"),
        ("post", {"to": {**S, "format": "email"}}, "to", "email"),
        ("post", {"to": {**S, "description": "The mail address."}}, "to", "email"),
        ("post", {"cc": S}, "cc", "email"),
        (
            "invite",
            {"guests": {"type": "array", "items": {**S, "format": "email"}}},
            "guests",
            "email",
        ),
        ("send_sms", {"to": S}, "to", ""),
        ("sendChatMessage", {"to": S, "text": S}, "to", ""),
        ("post", {"to": {**S, "description": "A mail address or a user name."}}, "to", ""),
    ],
)
def test_a_receiver_is_a_mail_address_only_where_the_tool_says_mail(name, properties, path, kind):
    assert roles_of(shaped(**properties), name)[0][path].kind == kind


def test_where_nothing_is_sent_the_end_of_a_span_is_nobody():
    span = {"from": S, "to": S}

    assert "to" in roles_of(shaped(**span), "grant_leave")[1]
    assert roles_of(shaped(**span), "send_money")[0]["to"].role == "recipient"


ONE_OR_MANY = {"anyOf": [S, {"type": "array", "items": S}]}


@pytest.mark.parametrize(
    "schema", [ONE_OR_MANY, {"oneOf": [*ONE_OR_MANY["anyOf"], {"type": "null"}]}]
)
def test_one_receiver_or_a_list_of_them_is_a_list_and_what_is_written_loads(schema):
    text = written(listed("send_mail", {"to": schema, "cc": schema, "body": S}))

    assert '"to": {role: recipient, kind: email}' in text
    spec = next(iter(loaded(text).specs()))
    given = {"to": "kim@home.example", "cc": ["lea@home.example"], "body": "hi"}
    read = convert_args(spec, given, salt=b"", limits=Limits())
    assert read.values["to"] == ["kim@home.example"]
    assert read.derived.recipients == {"kim@home.example", "lea@home.example"}
    assert not read.derived.opaque


@pytest.mark.parametrize(
    ("name", "properties", "records"),
    [
        ("list_rooms", {}, True),
        ("search_messages", {"query": S}, True),
        ("getUserDetails", {"user_id": S}, True),
        ("list_files", {"folder_id": S}, True),
        ("list_directory", {"path": S}, False),
        ("get_document", {"document_id": S}, False),
        ("getMailText", {"id": S}, False),
        ("fetch_page", {"url": S}, False),
        ("read_note", {"id": S}, False),
        ("query_rooms", {"sql": S}, False),
        ("delete_list", {"id": S}, False),
    ],
)
def test_a_tool_lists_records_where_nobody_elses_text_can_come_back_whole(
    name, properties, records
):
    text = written(listed(name, properties))

    assert ("records: true" in text) is records
    assert next(iter(loaded(text).specs())).records is records


@pytest.mark.parametrize(
    ("name", "says", "role"),
    [
        ("run_code", "", "command"),
        ("code_interpreter", "", "command"),
        ("lab", "Python code to execute", "command"),
        ("redeem_voucher", "", ""),
        ("unlock_door", "the code of the lock", ""),
        ("list_holidays", "country code", ""),
    ],
)
def test_a_code_is_a_program_where_something_runs_it(name, says, role):
    roles, undecided = roles_of(shaped(code={**S, "description": says}), name)
    assert roles["code"].role == role if role else undecided == ("code",)


@pytest.mark.parametrize("name", ["uploads_list", "changes_list", "runs_get", "sends_count"])
def test_what_is_listed_may_be_called_after_what_was_done(name):
    assert guessed(name, shaped(), {"readOnlyHint": True}).effect == ("read",)


N = {"type": "number"}


@pytest.mark.parametrize(
    ("name", "needs", "said", "hints", "effect"),
    [
        ("list_canoe", {"title": S, "price": N}, "", {}, "write"),
        ("list_canoe", {"canoe_id": S}, "Put a canoe up for rent.", {}, "write"),
        ("list_canoe", {"canoe_id": S}, "List one canoe for hire.", {}, "write"),
        ("log_trip", {"canoe_id": S, "miles": N}, "Log a trip.", {}, "write"),
        ("log_trip", {"canoe_id": S}, "", {}, "write"),
        ("check_item", {"item_id": S}, "Mark an item as packed.", {}, "write"),
        ("list_canoe", {"title": S, "price": N}, "", {"readOnlyHint": True}, "read"),
        ("list_canoes", {"price": N}, "Canoes for hire.", {}, "read"),
        ("list_canoes", {"title": S}, "List the canoes.", {}, "read"),
        ("list_dock", {"dock_id": S}, "The canoes of a dock.", {}, "read"),
        ("check_item", {"item_id": S}, "Whether an item is packed.", {}, "read"),
        ("trip_log", {"canoe_id": S}, "Log of the trips of a canoe.", {}, "read"),
    ],
)
def test_what_is_put_up_or_entered_is_written(name, needs, said, hints, effect):
    schema = {**shaped(**needs), "required": [*needs]}
    assert guessed(name, schema, hints, said=said).effect == (effect,)


@pytest.mark.parametrize(
    ("name", "properties", "says"),
    [
        ("delete_order", {"order_id": S}, "delete_order {order_id}"),
        (
            "refund",
            {"number": {"type": "integer"}, "amount_minor": {"type": "integer"}},
            "refund {number} {amount_minor}",
        ),
        ("add_note", {"ticket_id": S, "text": S}, "add_note {ticket_id}"),
    ],
)
def test_a_reviewer_reads_which_thing_it_is_done_to(name, properties, says):
    assert guessed(name, shaped(**properties), {}).says == says


def test_a_draft_reads_what_a_server_says_of_a_tool():
    definition = {"name": "list_canoe", "description": "Put a canoe up for rent."}
    (spec,) = loaded(written(Listed(definition={**definition, "inputSchema": shaped()}))).specs()
    assert spec.effect == {"write"}
