"""What a person asks for, sentence by sentence: a verb that tells of something asks for nothing."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.provenance.request.entities import extract
from guard.provenance.request.said import read_task
from guard.provenance.speech.asks import ALL, asks_of
from guard.provenance.speech.granting import granted, worded
from guard.provenance.vocabulary.lexicon import capability, words_of


def asks(text):
    return asks_of(text, extract(text))


def verbs(text):
    return [one.verb for one in asks(text)]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Send Kim the notes.", ["send"]),
        ("Could you kindly send Kim the notes?", ["send"]),
        ("Please read the mail that Kim sent me and pay the bill.", ["read", "pay"]),
        ("Who else is invited to the party?", []),
        ("What are our plans for the messages that they posted?", []),
        ("I usually pay Kim for lunch.", []),
        ("They shared a file with Bob.", []),
        ("I'd appreciate it if you could book a room.", ["book"]),
        ("Would you mind sending the note to Kim?", ["send"]),
        ("Help me write the report.", ["writ"]),
        ("Tell me who wrote the report.", []),
        ("Give us the list of the payments.", []),
        ("The notes should be shared with Kim.", ["shar"]),
        ("Invite Kim in order to message her.", ["invit"]),
        ("Do not delete the file.", []),
        ("Never pay Kim.", []),
        ("Did you pay Kim, and if not, please send it?", ["send"]),
        ("Read it without paying Kim and send Kim the file.", ["read", "send"]),
        ("Pay Bob and never send Kim the file.", ["pay"]),
        ("Schicke keine Mail an Kim.", []),
        ("Note that rent is due and the transfer was made.", ["not"]),
        ("Find the file called 'delete all and pay Bob'.", ["find"]),
        ("Open pay-and-send.txt.", ["open"]),
        ("Write Kim the following message: please delete the file and pay Bob.", ["writ"]),
        ("Bitte sende Kim die Datei.", ["send"]),
        ("Kannst du Kim 50 Euro zahlen? Bitte zahle sie heute.", ["zahlen", "zahl"]),
        ("Tell Kim that I will pay Bob.", ["tell"]),
        ("Tell Kim that rent is due and pay Bob.", ["tell", "pay"]),
        ("Mail Kim because you forgot to pay Bob.", ["mail"]),
        ("Send Kim a short note that it rains.", ["send"]),
        ("pls send Kim the file", ["send"]),
        ("Peux-tu virer 40 EUR sur mon compte ?", ["virer"]),
        ("Lies bitte die Datei und hänge den Satz an", ["häng"]),
        ("Hänge den Satz bitte an die Datei an.", ["häng"]),
        ("Envoie le dossier à Kim et paie la facture.", ["envoi", "pai"]),
        ("Is there room at 8? If so move the visit to it.", ["mov"]),
        ("It rains so call the hands.", []),
        ("It rains so cancel the visit.", ["cancel"]),
        ("It was so close, and so open.", []),
        ("In notes/a.txt add a line and send it to Kim.", ["add", "send"]),
        ("hey cancel the visit", ["cancel"]),
        ("Sag den Termin bei Kim ab, bitte.", ["absagen"]),
        ("Gib die Akte für Kim frei, nur zum Ansehen.", ["freigeben"]),
        ("Leite den Brief an Kim weiter", ["weiterleiten"]),
        ("Geh an den Rand und warte auf mich", []),
        ("Have visit V-3401 deleted please", ["delet"]),
        ("I'd like the visit V-3401 deleted", ["delet"]),
        ("I have the invoices deleted last week", []),
        ("I want to know who deleted the file", []),
        ("The visit was booked. It doesn't fit, cancel it", ["cancel"]),
        ("was visit V-3401 cancelled", []),
        ("Who deleted the file V-3401", []),
        ("why did they delete the file and cancel the visit", []),
        ("how do i delete the file V-3401", []),
        ("The file must be deleted by Kim, where does it stand?", []),
        ("The file must be deleted by Friday.", ["delet"]),
        ("Can the file V-3401 be deleted?", []),
        ("I wonder if the file V-3401 should be deleted", []),
        ("when will the file be deleted", []),
        ("Wer hat die Datei V-3401 gelöscht", []),
        ("what is in the file, and delete it then", ["delet"]),
        ("Whats in the mail from Kim and send it to Bob", ["send"]),
        ("Is there room at 8? Then move the visit.", ["mov"]),
        ("Could you check if the file is there and delete it?", ["check", "delet"]),
    ],
)
def test_a_verb_asks_where_the_sentence_uses_it_as_a_request(said, asked):
    assert verbs(said) == asked


@pytest.mark.parametrize(
    ("said", "classes"),
    [
        ("Please make a payment to Kim.", {"pay"}),
        ("Could you initiate the cancellation of my order?", {"cancel"}),
        ("I want you to make a reservation for two.", {"buy", "schedule"}),
        ("Please add a comment to the page.", {"post"}),
        ("Please add her email address to the list.", set()),
        ("Make the event last an hour.", set()),
        ("Make me a booking for two.", {"buy", "schedule"}),
    ],
)
def test_a_verb_that_says_nothing_leaves_it_to_its_object(said, classes):
    found = frozenset().union(*(one.verbs for one in asks(said)))
    of_objects = {"pay", "cancel", "buy", "schedule", "post", "send"}
    create_also_schedules = {"schedule"} if classes == {"schedule"} else set()
    assert found & of_objects - create_also_schedules == classes


@pytest.mark.parametrize(
    ("said", "times", "listed"),
    [
        ("Send the note to Kim.", 1, 1),
        ("Send the note to Kim, Ann and Bob.", 1, 3),
        ("Add kim@firm.example and ann@firm.example to the meeting.", 1, 2),
        ("Look at the sites of Kim (kim.example) and Ann (ann.example) and message them.", 1, 2),
        ("Invite Kim to Acme.", 1, 1),
        ("Create three tickets for the printer.", 3, 1),
        ("Post the message twice.", 2, 1),
        ("Post the message on 12 channels.", 12, 1),
        ("Post the message on 400 channels.", 20, 1),
        ("Send 50 dollars to Kim.", 1, 1),
        ("Pay 5 EUR to kim@firm.example and 9 EUR to ann@firm.example.", 1, 2),
        ("Pay Kim 5 EUR, Ann 9 EUR and Bob 3 EUR.", 1, 3),
        ("Send Kim 5 EUR and the note to Bob.", 1, 1),
    ],
)
def test_a_request_is_good_for_as_many_calls_as_it_names(said, times, listed):
    last = asks(said)[-1]
    assert (last.times, last.listed) == (times, listed)


@pytest.mark.parametrize(
    ("said", "many"),
    [
        ("Send an email to each person on the list.", {"person"}),
        ("Sort the users and to each user write the message: thanks.", {"person"}),
        ("Delete all of them.", {ALL}),
        ("Invite everybody.", {"person"}),
        ("Add all the ingredients to the list.", set()),
        ("Post the question: can everybody hear me?", set()),
        ("Send the note to Kim.", set()),
    ],
)
def test_each_and_all_belong_to_what_they_stand_before(said, many):
    assert asks(said)[-1].many == many


@pytest.mark.parametrize(
    ("tool", "said", "fits"),
    [
        ("delete_mail", "Please mail the notes to Kim.", False),
        ("send_mail", "Please mail the notes to Kim.", True),
        ("add_group_member", "Please write a note for the group.", False),
        ("add_group_member", "Please add Kim to the group.", True),
        ("add_list_entry", "Please add milk to the list.", True),
        ("pay_bill", "Please send Kim the bill.", True),
        ("cancel_order", "Please order a cake.", False),
        ("cancel_order", "Please cancel the order.", True),
        ("send_mail", "Please send Kim a note.", True),
        ("order_report_create", "Please write the report on the order.", True),
        ("make_payment", "Please add Kim to it.", False),
        ("schedule_payment", "Please draft an event for it.", False),
    ],
)
def test_a_tool_is_asked_for_by_its_verb_and_not_by_its_noun(tool, said, fits):
    assert any(one.fits(capability(tool)) for one in asks(said)) is fits


@given(st.text(max_size=300))
def test_every_text_can_be_read(text):
    for one in asks(text):
        assert one.verbs
        assert one.times >= 1
        assert one.listed >= 1


@pytest.mark.parametrize("most", [10_000, pytest.param(40_000, marks=pytest.mark.soak)])
@pytest.mark.parametrize(
    "piece",
    [
        "send Bob the note and ",
        "Ann, Bob and Cy ",
        "Ann and Bob. tell them. ",
        "a: ",
        "each ",
        "not Bob ",
        "Never mail Bob. ",
        "I will pay. ",
        "a task to pay and ",
        "when I say ",
    ],
)
def test_reading_takes_time_by_the_length_of_the_text(piece, most):
    texts = [piece * (size // len(piece)) for size in (most // 5, most)]
    found = [extract(text) for text in texts]

    def cost(which):
        started = time.process_time()
        asks_of(texts[which], found[which])
        return time.process_time() - started

    def holds():
        return cost(1) < 15 * max(cost(0), most / 20_000_000)  # squared, it would be 25

    assert any(holds() for _ in range(3))  # another process may have been in the way


@pytest.mark.parametrize(
    ("tool", "verbs", "own"),
    [
        ("upload_file", set(), {"upload"}),
        ("frobnicate_file", set(), {"frobnicat"}),
        ("jira_upload_file", set(), {"upload"}),
        ("file_complaint", {"create"}, {"complaint"}),
        ("set_auto_forward", {"change", "create", "schedule"}, {"auto"}),
        ("add_account_delegate", {"create"}, {"delegat"}),
        ("send_direct_message", {"send", "share"}, set()),
        ("invite_user_to_acme", {"add_member", "send", "share"}, set()),
        ("admin_add", {"add_member", "create"}, {"admin"}),
        ("place_order", {"buy"}, set()),
        ("create_payment", {"pay"}, set()),
        ("create_payment_link", {"create", "schedule"}, set()),
        ("request_payment", set(), {"payment", "request"}),
        ("pay_eur", {"pay"}, set()),
        ("transfer_funds", {"move", "pay"}, set()),
        ("transfer_ownership", {"move", "pay"}, {"ownership"}),
        ("send_sms", {"send", "share"}, set()),
        ("update_order_toppings", {"change"}, set()),
        ("charge_card", set(), {"charg"}),
    ],
)
def test_a_tools_name_has_one_verb_and_words_of_its_own(tool, verbs, own):
    able = capability(tool)
    assert (able.verbs, able.own) == (verbs, own)


@pytest.mark.parametrize(
    ("said", "tool", "worded_so"),
    [
        ("Remind me of it.", "send_reminder_ping", True),
        ("Lock it.", "unlock_it", False),
        ("I am an administrator, add Kim.", "add_admin", True),
        ("Transfer it.", "create_translation", False),
        ("Notify Kim.", "create_notifier", True),
    ],
)
def test_a_word_of_a_tools_own_is_used_in_some_form(said, tool, worded_so):
    assert worded(words_of(said), capability(tool)) is worded_so


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("Text Mara Quill that the results are there", "text_patient"),
        ("Convert 100 USD to EUR", "convert_currency"),
        ("Remove Jon Vale", "remove_employee"),
    ],
)
def test_a_person_or_an_amount_need_not_be_called_one(text, tool):
    task = read_task([text])
    assert granted(task.words, capability(tool))
    assert any(one.fits(capability(tool)) for one in task.asks)
