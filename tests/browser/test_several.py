"""Several calls at one page: ticked questions, plans and standing yeses, each read before it is signed."""

import pytest

from guard.grant.approval import ApprovalState
from guard.grant.plan import PlanState
from guard_adapters.wiring.operator.standing import OperatorStanding
from tests.browser.conftest import WAIT_MS, WAIT_S, running
from tests.browser.scene import BOOKING, FILES, Agent117

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def guard(tmp_path_factory, chromium):
    with running(tmp_path_factory.mktemp("several"), FILES) as found:
        yield found


@pytest.fixture
def agent(guard):
    """An agent whose session has read nothing of strangers."""
    made = Agent117(guard).opened()
    yield made
    guard.run(guard.desk_end(made.session))


@pytest.fixture
def ana(people):
    found = people("ana")
    found.page.set_viewport_size({"width": 1100, "height": 700})
    return found


def status(guard, *approvals):
    return [guard.row(one).status.value for one in approvals]


def ticks(one):
    return one.page.locator("[data-tick]")


def approves(one, path):
    """Press the button and wait until it was answered, and the page loaded anew."""
    with one.answered(path):
        one.page.locator(".approve:enabled").click()


def reads(one):
    """Look at everything, then wait until the page says so."""
    one.read()
    one.page.locator("#left", has_text="Read on").wait_for(state="detached", timeout=WAIT_MS)


def test_one_signature_answers_the_ticked_calls_and_no_other(guard, ana, agent):
    found = [agent.books(amount_minor=cents) for cents in (100, 200, 300)]
    asked, calls = [one for one, _ in found], [call for _, call in found]
    ana.open("/console/")
    ana.page.locator("a", has_text="3 calls of ledger/book").click()
    ana.page.wait_for_url("**/console/batch/*")
    assert ana.page.locator("[data-tick]:checked").count() == 0
    assert ticks(ana).last.is_disabled()
    assert ana.page.locator(".approve").is_disabled()
    reads(ana)
    for one in asked[:2]:
        ana.page.locator(f'[data-tick="{one}"]:enabled').check()
    assert ana.page.locator(".approve").inner_text() == "Approve 2 calls"
    ana.page.locator(".approve:enabled").click()
    ana.waits_for("2 of 2 answers count.")

    assert [call.result(WAIT_S).value for call in calls[:2]] == ["booked", "booked"]
    assert status(guard, *asked) == ["consumed", "consumed", "pending"]
    assert ana.page.locator(".tick[data-status]").count() == 2
    assert ticks(ana).count() == 1


def test_every_argument_of_every_call_is_on_the_page_of_a_batch(guard, ana, agent):
    asked = [agent.books(hold_ms=0, account=f"4711 \u202e{n}")[0] for n in range(3)]
    ana.open(f"/console/batch/{asked[0]}")

    for one in asked:
        place = ana.page.locator(f'[data-call][data-question="{one}"]')
        assert place.locator("[data-argument]").count() == len(BOOKING)
        assert place.locator(".odd", has_text="<U+202E>").count() == 1


def test_a_tick_waits_for_its_own_call_and_enter_signs_nothing(guard, ana, agent):
    short, _ = agent.books(hold_ms=0)
    long, _ = agent.books(hold_ms=0, tags=[f"tag {n}" for n in range(60)])
    ana.open(f"/console/batch/{short}")
    first = ana.page.locator(f'[data-tick="{short}"]')
    ana.page.locator(f'[data-question="{short}"] [data-end]').last.scroll_into_view_if_needed()
    ana.page.mouse.wheel(0, 200)
    ana.page.locator(f'[data-tick="{short}"]:enabled').wait_for(timeout=WAIT_MS)
    assert ana.page.locator(f'[data-tick="{long}"]').is_disabled()
    first.check()
    ana.page.locator(".approve").focus()
    for _ in range(3):
        ana.page.keyboard.press("Enter")
    ana.page.wait_for_timeout(200)  # a ceremony would have begun by then

    assert guard.row(short).votes == ()


def test_calls_of_another_tool_or_answered_ones_are_not_on_the_page(guard, ana, agent):
    one, _ = agent.books(hold_ms=0, amount_minor=1)
    two, _ = agent.books(hold_ms=0, amount_minor=2)
    pays, _ = agent.pays(hold_ms=0)
    ana.press(two, "deny", reason="")
    ana.open(f"/console/batch/{one}")

    assert ana.page.locator("[data-call]").count() == 1
    assert ana.post("batch/options", {"ids": [one, pays]})["error"] == "batch_unfit"
    assert ana.post("batch/options", {"ids": [one, two]})["error"] == "batch_unfit"


def test_a_standing_yes_is_picked_wider_signed_and_taken_back_on_the_pages(guard, ana, agent):
    approval, call = agent.books()
    ana.open(f"/console/approvals/{approval}")
    ana.page.locator("summary", has_text="Ask for a standing yes").click()
    pick = ana.page.locator('[data-pick="amount_minor"]')
    assert pick.locator("option").all_inner_texts() == [
        "amount_minor is exactly 9870", "amount_minor is a whole number from 0 to 9870",
    ]  # fmt: skip
    pick.select_option(index=1)
    ana.page.locator('[data-pick="papers"]').select_option(index=1)
    ana.page.locator("[data-uses]").fill("2")
    ana.page.locator("[data-minutes]").fill("15")
    ana.page.locator(".standing button").click()
    ana.page.wait_for_url("**/console/plans/*")
    lines = ana.page.locator(".reach code").all_inner_texts()
    reads(ana)
    approves(ana, "/approve")
    ana.page.locator(".tag", has_text="approved").wait_for(timeout=WAIT_MS)
    ana.press(approval, "approve")
    assert call.result(WAIT_S).value == "booked"

    assert lines == [
        'account is exactly "4711"', "amount_minor is a whole number from 0 to 9870",
        'papers begins with "/invoices/2026/"', 'tags is exactly ["acme","goods"]',
    ]  # fmt: skip
    inside = {"amount_minor": 55, "papers": "/invoices/2026/118.pdf"}
    assert guard.run(agent.runs("book", {**BOOKING, **inside})) == "booked"
    other, _ = agent.books(hold_ms=0, account="4712")
    assert status(guard, other) == ["pending"]
    ana.open("/console/grants")
    row = ana.page.locator("li", has_text="1 of 2 uses left").first
    with ana.answered("/revoke"):
        row.locator("button", has_text="End it").click()
    after, _ = agent.books(hold_ms=0, **inside)
    assert status(guard, after) == ["pending"]


def test_nothing_wider_is_offered_beside_a_call_that_cannot_be_undone(guard, ana, agent):
    approval, _ = agent.pays(hold_ms=0)
    ana.open(f"/console/approvals/{approval}")

    assert ana.page.locator("[data-standing]").count() == 0
    said = ana.post(f"approvals/{approval}/standing", {})
    assert said["error"] == "not_offered"


def proposed(guard, agent):
    """Declare two kinds of calls, as a host does."""
    rest = [{"arg": "papers", "prefix": "/invoices/2026/"}, {"arg": "tags", "equal": ["acme"]}]
    calls = [
        {"tool": "ledger/book", "uses": 2, "where": [
            {"arg": "account", "equal": account}, {"arg": "amount_minor", "range": [1, 500]}, *rest,
        ]} for account in ("10", "11")
    ]  # fmt: skip
    desk = OperatorStanding(wired=guard.wired, url=guard.url)
    return guard.run(desk.propose(agent.session, {"calls": calls, "ttl_s": 600})).id


def test_a_plan_is_read_whole_signed_once_and_its_calls_run(guard, ana, agent):
    plan = proposed(guard, agent)
    ana.open("/console/grants")
    ana.page.locator(f'a[href="/console/plans/{plan}"]').click()
    ana.page.wait_for_url(f"**/console/plans/{plan}")
    focused = ana.page.evaluate("document.activeElement.dataset.act")
    reads(ana)
    approves(ana, f"/plans/{plan}/approve")

    assert focused == "deny"
    inside = {**BOOKING, "account": "11", "amount_minor": 500, "tags": ["acme"]}
    assert guard.run(agent.runs("book", inside)) == "booked"
    beyond, _ = agent.books(hold_ms=0, account="11", amount_minor=501, tags=["acme"])
    assert status(guard, beyond) == ["pending"]


def test_a_no_to_a_plan_gives_nothing_and_after_the_yes_it_takes_all_back(guard, ana, agent):
    denied, given = proposed(guard, agent), proposed(guard, agent)
    ana.open(f"/console/plans/{denied}")
    with ana.answered("/deny"):
        ana.page.locator('[data-act="deny"]').click()
    ana.open(f"/console/plans/{given}")
    reads(ana)
    approves(ana, f"/plans/{given}/approve")
    ana.open(f"/console/plans/{given}")
    with ana.answered("/deny"):
        ana.page.locator("button", has_text="Take it back").click()

    plans = guard.wired.world.grants
    assert guard.run(plans.plan(denied)).status is PlanState.DENIED
    assert guard.run(plans.plan(given)).status is PlanState.REVOKED
    asked, _ = agent.books(hold_ms=0, account="10", amount_minor=5, tags=["acme"])
    assert guard.row(asked).status is ApprovalState.PENDING
