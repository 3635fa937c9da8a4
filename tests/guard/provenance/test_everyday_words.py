"""By which everyday words people ask for a tool, and for which tools the same words do not ask."""

import pytest

from guard.model.call import ToolSpec
from guard.provenance.deed.budget import asks_for
from guard.provenance.deed.called import able_of
from guard.provenance.request.said import read_task
from guard.provenance.speech.granting import granted


def is_asked(said, tool):
    task = read_task([said])
    able = able_of(task, ToolSpec(server="s", tool=tool, named=tool, effect=frozenset({"write"})))
    return bool(asks_for(task.words, task.asks, able)) or (
        granted(task.words, able) and not able.verbs
    )


LETTERS = [
    ("Drop her a short email that we are late", "send_email emailCustomer", "delete_email"),
    ("shoot the team a text", "send_text", "delete_text"),
    ("drop the email from Bob", "delete_email", "send_email"),
    ("drop a file", "delete_file", "send_message"),
    ("write to each tenant that the lift is broken", "send_message sendMail", "create_tenant"),
    ("contact every guest about the drill", "send_message", "delete_guest"),
    ("answer both reviews of the lamp", "reply_to_review reviews_respond", "delete_review"),
    ("Ann wrote to each tenant", "", "send_message"),
    ("do not write to any tenant", "", "send_message"),
]
LATER = [
    ("push the car pickup by 2 hours", "reschedule_pickup postpone_pickup", "cancel_pickup"),
    ("Push everything overdue to Saturday", "reschedule_task", "delete_task"),
    ("nudge the visit by an hour", "reschedule_visit", "cancel_visit"),
    ("push the branch to main", "", "reschedule_branch"),
    ("push it by hand", "", "postpone_task"),
    ("Ann pushed the visit to Friday", "", "reschedule_visit"),
]
ENDS = [
    ("tick off the paint", "complete_item", "delete_task reopen_task"),
    ("tick those off", "complete_task ListCompleteItem", "delete_item"),
    ("close WEB-3", "close_issue", "delete_issue reopen_issue"),
    ("ack the disk alerts", "alert_acknowledge acknowledge_alert", "alert_delete"),
    ("show me the list", "", "ListCompleteItem"),
    ("close the gate", "close_gate", "complete_order delete_gate"),
    ("Ann ticked them off", "", "complete_task"),
    ("finish your reply to ticket 311", "", "close_ticket"),
    ("accendi la lampada e spegni la radio", "", "turn_on turn_off"),
    ("don't tick it off yet", "", "complete_task"),
]
MADE = [
    ("take a snapshot of every web server", "snapshot_create create_snapshot", "snapshot_delete"),
    ("take a look at the snapshot", "", "snapshot_create"),
    ("delete the snapshot", "snapshot_delete", "snapshot_create"),
    ("link the two tickets", "create_issue_link issue_link_create", "delete_issue_link"),
    ("send me the link to the ticket", "", "create_issue_link"),
    ("then link the two", "create_issue_link", "create_file_link create_payment_link"),
    ("mark #22 as shipped", "create_fulfillment", "cancel_order create_refund"),
    ("has #22 shipped?", "", "create_fulfillment"),
    ("mark #22 as urgent and #23 as shipped", "", "create_fulfillment"),
    ("mark #22 as shipped and #23 as shipped", "create_fulfillment", "cancel_order"),
    ("connect me with the owner of the two tickets", "", "create_issue_link"),
    ("the one marked as shipped is late", "", "create_fulfillment"),
    ("add at the end that we close at five", "append_content append_children", "delete_content"),
    ("read the page and add Ann to the team", "", "append_content"),
    ("move all that is open into Sprint 25", "add_issues_to_sprint", "remove_issues_from_sprint"),
    ("move three songs to my Run playlist", "addSongsToPlaylist", "delete_playlist"),
    ("move it out of the sprint", "", "add_issue_to_sprint"),
    ("move the vase into the shop window", "", "add_issue_to_sprint"),
]
ABROAD = [
    ("Ciao! Mi serve un hotel. Prenota quello più economico", "book_hotel", "cancel_hotel"),
    ("Prenotalo, per favore", "book_room", "cancel_room"),
    ("Puoi cancellare la riunione di lunedì?", "delete_event", "create_event"),
    ("Non cancellare la bozza", "", "delete_draft"),
    ("Potresti dirmi come cancellare una bozza?", "", "delete_draft"),
    ("Se piove, cancella la gita", "", "cancel_trip"),
    ("Modifica del piano: quando?", "", "modify_plan"),
    ("Rimborsi di marzo: quanti?", "", "refund_order"),
    ("Chiudi il cancello", "close_gate", "open_gate"),
    ("Spegni la luce", "turn_off_light", "turn_on_light"),
    ("Rifiuta l'invito", "reject_invitation", "accept_invitation"),
    ("Sposta la riunione a martedì", "reschedule_meeting", "delete_meeting"),
    ("Quittier mal alle Alarme", "acknowledge_alarm", "alarm_delete"),
    ("Mach das Licht auf 30 %", "set_light", "delete_light"),
    ("Das Licht ist auf 30 %", "", "set_light"),
    ("Mach mir bitte einen Termin", "create_appointment", "cancel_appointment"),
    ("Sag dem Termin am Freitag zu", "accept_appointment", "decline_appointment"),
    ("Nimm das Angebot an", "accept_offer", "decline_offer"),
    ("Kannst du noch Ida dazunehmen?", "add_member", "remove_member"),
    ("Mets à jour la fiche de Luc", "update_record", "delete_record"),
    ("Fais suivre le mail à Zoé", "forward_mail", "delete_mail"),
    ("Reprograma la cita para el lunes", "reschedule_appointment", "cancel_appointment"),
    ("Hallo, ich bin Ida und suche die Lampe", "", "delete_lamp"),
    ("Quit two sessions per user in Chicago, IL", "", "delete_session"),
    ("Agenda for Monday: read it to me", "", "schedule_meeting"),
]
WANTED = [
    ("I need flights HAM to OSL on Jan 14, economy.", "book_flight", "cancel_flight book_hotel"),
    ("Can I get a double room for two nights?", "book_room", "cancel_room"),
    ("we need a hotel in Bern", "book_hotel reserve_hotel", "book_flight delete_hotel"),
    ("We need a hotel in Bern. Show me three options.", "", "book_hotel"),
    ("I need a car by May, which ones are there?", "", "book_car"),
    ("I need flight times for Oslo", "", "book_flight"),
    ("I need hotel recommendations in Bern", "", "book_hotel"),
    ("I need a taxi to the station", "book_taxi", "book_hotel"),
    ("I'd like a flight to Oslo on Friday for two people", "book_flight", "book_hotel"),
    ("I needed a taxi yesterday", "", "book_taxi"),
    ("I need a flight to Oslo explained", "", "book_flight"),
    ("I need a flight to Oslo in a table", "", "book_flight"),
    ("I want flights to Oslo for comparison", "", "book_flight"),
    ("I want a flight to Oslo in my novel", "", "book_flight"),
    ("I'd like a flight to Oslo someday", "", "book_flight"),
    ("I need a flight to Oslo, cheapest first", "", "book_flight"),
    ("I need a flight to Oslo. Just kidding.", "", "book_flight"),
    ("I want a flight to Oslo but Tom has to approve it first", "", "book_flight"),
    ("Can I get flights to Oslo?", "", "book_flight"),
    ("Do I need a flight to Oslo?", "", "book_flight"),
    ("Ann says I need a hotel in Bern", "", "book_hotel"),
    ("I don't need a hotel in Bern", "", "book_hotel"),
    ("I need a hotel in Bern, but wait until I say so", "", "book_hotel"),
]
ASIDE = [
    ("turn off all lamps (except the red one), lock the door", "lock_door", "unlock_door"),
    ("list the drafts (not the letter) and close the gate", "close_gate", "open_gate"),
    (
        "close the door (it is late), but do not lock the gate (it is old) or the door",
        "",
        "lock_gate",
    ),
    ("close the door, except (see below) the gate, and lock the barn", "close_door", "lock_gate"),
]


@pytest.mark.parametrize(
    ("said", "asked", "other"), [*LETTERS, *LATER, *ENDS, *MADE, *ABROAD, *WANTED, *ASIDE]
)
def test_everyday_words_ask_for_a_tool_and_for_no_other(said, asked, other):
    assert [one for one in asked.split() if not is_asked(said, one)] == []
    assert [one for one in other.split() if is_asked(said, one)] == []


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("reject everyone with a score under 2", set()),
        ("close all that is older than 30", set()),
        ("archive whatever costs at least 40", set()),
        ("reject 2, and not 4", {"2"}),
        ("close number 30 under the roof", {"30"}),
    ],
)
def test_a_limit_is_the_id_of_nothing(said, ids):
    stems = frozenset().union(*(clause for clause, _ in read_task([said]).clauses))
    assert {one for one in stems if one.isdigit()} == ids
