"""What a reviewer sees: all of it, nothing hidden, nothing live but our own, and no yes by accident."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from guard.audit.tree import leaf_hash, opened_note, verify_inclusion
from guard.grant.approval import ApprovalState
from guard.grant.batch import MAX_BATCH
from guard.model.call import argument_bytes
from guard.model.legible import read_back
from guard.stepup.granting import Granting
from guard_adapters.wiring.build import log_key
from tests.browser.conftest import WAIT_MS, WAIT_S, Person, Running, executable, person, running
from tests.browser.scene import ACME, FILES, OTHER, PAYMENT, Agent117
from tests.conformance.harness import BenchMissingError, install

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
PAGES = ("/console/", "/console/answered", "/console/unknown", "/console/sessions", "/console/grants",
         "/console/plans", "/console/policy", "/console/audit", "/console/audit/1",
         "/console/audit/99999", "/console/reviewers", "/console/sessions?skip=900")  # fmt: skip
OPEN = ("/console/", "/console/enrol", "/console/enrol#used")
"""What somebody sees who has not signed in."""
OVER = """() => [...document.querySelectorAll("main *, header *, p")].filter((one) => {
    const {left, right, width} = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    if (!width || style.visibility === "hidden" || one.closest(".skip, svg")) return false;
    return left < -1 || right > innerWidth + 1
        || (style.overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1);
}).map((one) => one.outerHTML.slice(0, 90))"""
"""What sticks out of the screen or of its own box."""
REACHED = """() => {
    const wanted = [...document.querySelectorAll("a[href], button, input, select, summary")]
        .filter((one) => one.checkVisibility() && !one.disabled && !one.closest("details:not([open]) > :not(summary)"));
    const lost = wanted.filter((one) => {
        one.focus();
        return document.activeElement !== one || one.tabIndex < 0;
    });
    return [wanted.length, lost.map((one) => one.outerHTML.slice(0, 90))];
}"""
"""Whether everything that can be pressed can have the focus."""
HOSTILE = {
    "memo": "</pre><script>document.title='OWNED'</script><img src=x onerror=alert(1)>",
    "letter": '{{7*7}} "><svg/onload=alert(1)> \u202etxt.exe \u2066 <U+202E> \x00\x1b[2J\r\n  end  ',
    "urgent": True,
}
MANY_LINES = {"letter": "".join(f"{n}\n" for n in range(10_000))}
ESCAPES = {"letter": "\x7f\u202e" * 9_000, "notify": [f"{n}@acme.example" for n in range(900)]}
READ = """() => {
    const found = [];
    for (const row of document.querySelectorAll("[data-argument]")) {
        const at = Number(row.dataset.argument), {listed} = row.dataset;
        const one = found[at] ??= {name: "", listed: listed === "1", values: []};
        for (const part of row.querySelectorAll("[data-name]")) one.name += part.textContent;
        for (const part of row.querySelectorAll("[data-value]"))
            if ("goesOn" in part.dataset) one.values.at(-1)[1] += part.textContent;
            else one.values.push([part.dataset.value, part.textContent]);
    }
    return found;
}"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    executable()
    with running(tmp_path_factory.mktemp("company"), FILES) as found:
        yield found


@pytest.fixture(scope="module")
def ana(chromium: Any, company: Running) -> Iterator[Person]:
    fresh = person(chromium, company, "ana")
    fresh.page.goto(company.invitation("ana"))
    fresh.page.locator('[data-act="enrol"]').click()
    fresh.page.locator('[data-act="login"]').click()
    fresh.page.locator(".who", has_text="ana").wait_for(timeout=WAIT_MS)
    yield fresh
    fresh.page.context.close()
    assert fresh.broken == []


@pytest.fixture(scope="module")
def agent(company: Running) -> Agent117:
    return Agent117(company).opened().reads()


@pytest.fixture
def wide(ana: Person) -> Iterator[Person]:
    ana.page.set_viewport_size({"width": 1100, "height": 700})
    yield ana
    ana.page.set_viewport_size({"width": 1100, "height": 700})


def approve(one: Person) -> Any:
    return one.page.locator('[data-act="approve"]')


def read_from_page(page: Any) -> bytes:
    """Make the arguments again from nothing but the text on the page."""
    found: dict[str, Any] = {}
    for row in page.evaluate(READ):
        values = [
            read_back(text) if kind == "text" else json.loads(text) for kind, text in row["values"]
        ]
        found[read_back(row["name"])] = values if row["listed"] else values[0]
    return argument_bytes(found)


@pytest.mark.parametrize(
    "changes",
    [
        HOSTILE,
        ESCAPES,
        *(
            pytest.param(one, marks=pytest.mark.soak)
            for one in ({}, {"letter": "x" * 60_000}, {"notify": []}, MANY_LINES)
        ),
    ],
)
def test_every_argument_byte_is_on_the_page(company, ana, agent, changes):
    approval, _ = agent.pays(hold_ms=0, **changes)
    ana.open(f"/console/approvals/{approval}")
    ana.read()

    assert read_from_page(ana.page) == company.row(approval).call_bytes


def test_hostile_text_runs_nothing_and_hides_nothing(company, ana, agent):
    approval, _ = agent.pays(hold_ms=0, **HOSTILE, amount_minor=9871)
    ana.open(f"/console/approvals/{approval}")
    page = ana.page

    assert page.locator("main script, main img, main [onload], main [onerror]").count() == 0
    assert page.title() != "OWNED"
    shown = page.locator("main").inner_text()
    assert not set(shown) & set("\u202e\u2066\x00\x1b")
    assert page.locator(".odd", has_text="<U+202E>").count() == 1
    assert page.locator(".odd", has_text="<U+003C>").count() == 1
    assert "{{7*7}}" in shown


def test_a_yes_waits_until_the_last_argument_was_on_the_screen(company, wide, agent):
    approval, _ = agent.pays(hold_ms=0, letter="line\n" * 80)
    wide.open(f"/console/approvals/{approval}")
    wide.page.wait_for_timeout(100)  # as long as a look would take to count
    before = approve(wide).is_disabled()
    wide.page.mouse.wheel(0, 700)
    wide.page.wait_for_timeout(100)
    halfway = approve(wide).is_disabled()
    wide.read()
    wide.page.locator('[data-act="approve"]:enabled').wait_for(timeout=WAIT_MS)

    assert (before, halfway) == (True, True)


def test_enter_never_approves_and_deny_has_the_focus(company, wide, agent):
    approval, call = agent.pays(amount_minor=9872)
    wide.open(f"/console/approvals/{approval}")
    focused = wide.page.evaluate("document.activeElement.dataset.act")
    wide.read()
    approve(wide).focus()
    for _ in range(3):
        wide.page.keyboard.press("Enter")
    wide.page.wait_for_timeout(200)  # a ceremony would have begun by then
    untouched = company.row(approval).votes

    assert focused == "deny"
    assert untouched == ()
    with wide.answered("/deny"):
        wide.page.locator('[data-act="deny"]').focus()
        wide.page.keyboard.press("Enter")
    assert company.row(approval).status is ApprovalState.DENIED
    assert company.code(call) == "approval_denied"


def test_the_keyboard_alone_is_enough_from_the_queue_to_a_yes(company, wide, agent):
    approval, call = agent.pays(amount_minor=9873)
    page = wide.page
    wide.open("/console/")
    link = page.locator(f'a[href="/console/approvals/{approval}"]')
    link.wait_for(timeout=WAIT_MS)
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate("document.activeElement.getAttribute('href')")
        if at == f"/console/approvals/{approval}":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/approvals/{approval}")
    for _ in range(30):
        page.keyboard.press("PageDown")
        page.wait_for_timeout(30)
        if approve(wide).is_enabled():
            break
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.act") == "approve"
    with wide.answered("/approve"):
        page.keyboard.press("Space")

    assert call.result(WAIT_S).value == "paid"


def test_the_deny_link_of_a_message_leads_to_the_reason_and_says_nothing_itself(
    company, wide, agent
):
    approval, _ = agent.pays(amount_minor=9871)
    wide.open("/console/")  # the page before may still be reloading itself
    wide.open(f"/a/{approval}#deny")
    wide.page.locator("[data-reason]:focus").wait_for(timeout=WAIT_MS)
    wide.page.keyboard.type("not this one")
    wide.page.keyboard.press("Enter")
    assert company.row(approval).votes == ()

    with wide.answered("/deny"):
        wide.page.locator('[data-act="deny"]').click()
    (vote,) = company.row(approval).votes
    assert (vote.decision, vote.reason) == ("deny", "not this one")


def test_a_question_arrives_while_somebody_looks(company, wide, agent):
    wide.open("/console/")
    with wide.page.expect_response(lambda one: one.url.endswith("/live/queue")):
        wide.page.reload()
    approval, _ = agent.pays(amount_minor=9874)
    row = wide.page.locator(f'#queue a[href="/console/approvals/{approval}"]')
    row.wait_for(timeout=WAIT_MS)

    assert wide.page.locator("#queue [hx-get], #queue [data-act], #queue script").count() == 0
    wide.press(approval, "deny", reason="")
    wide.open("/console/")
    assert row.count() == 0


def test_a_large_payment_must_be_typed_before_a_yes(company, wide, agent):
    approval, call = agent.pays(amount_minor=2_000_000)
    wide.open(f"/console/approvals/{approval}")
    wide.read()
    before = approve(wide).is_disabled()
    wide.page.locator("[data-typed]").fill("2000000")
    with wide.answered("/approve"):
        approve(wide).click()

    assert before
    assert call.result(WAIT_S).value == "paid"


def test_a_masked_secret_is_shown_on_demand_and_the_log_says_to_whom(company, wide, agent):
    approval, _ = agent.pays(hold_ms=0, pin="47\u202eQZ")
    wide.open(f"/console/approvals/{approval}")
    masked = re.sub(r'data-mark="\w+"', "", wide.page.content())
    wide.read()
    before = approve(wide).is_disabled()
    wide.page.locator("[data-reveal]").click()
    shown = wide.page.locator("[data-secret] pre")
    shown.wait_for(timeout=WAIT_MS)

    assert "QZ" not in masked.partition("pin")[2].partition("recipient")[0]
    assert read_back(shown.inner_text()) == '"47\u202eQZ"'
    assert before
    assert approve(wide).is_enabled()
    rows, _ = company.run(company.wired.store.board.leaves(2**53, 50))
    events = [json.loads(leaf) for _, leaf, _ in rows]
    (event,) = [one for one in events if one["kind"] == "secret_revealed"]
    assert (event["approval"], event["by"]) == (approval, "idp|ana")


def test_deny_and_suspend_lets_the_session_do_nothing_more(company, wide):
    other = Agent117(company).opened().reads()
    approval, call = other.pays()
    beside, _ = other.pays(hold_ms=0)
    wide.open(f"/console/approvals/{approval}")
    wide.page.locator("summary", has_text="More ways").click()
    wide.page.locator("[data-reason]").fill("looks wrong")
    with wide.answered("/suspend"):
        wide.page.locator('[data-act="suspend"]').click()

    assert company.code(call) == "approval_denied"
    assert company.run(company.wired.world.sessions.get(other.session)).suspended_at_ms > 0
    assert company.row(beside).reason_code == "session_suspended"


def test_what_is_taken_back_leaves_the_queue_while_somebody_looks(company, wide):
    other = Agent117(company).opened().reads()
    wide.open("/console/")
    approval, _ = other.pays(hold_ms=0)
    row = wide.page.locator(f'#queue a[href="/console/approvals/{approval}"]')
    row.wait_for(timeout=WAIT_MS)
    company.run(company.desk_end(other.session))

    row.wait_for(state="detached", timeout=WAIT_MS)


def test_a_session_is_ended_from_its_page(company, wide):
    other = Agent117(company).opened().reads()
    wide.open(f"/console/sessions/{other.session}")
    picture = wide.page.locator("svg.chain").get_attribute("aria-label")
    with wide.answered("/end"):
        wide.page.locator("button", has_text="End this session").click()

    assert "Step 2, mail/read: untrusted text came in." in picture
    assert company.run(company.wired.world.sessions.get(other.session)).ended_at_ms > 0


def test_an_entry_of_the_log_is_shown_with_a_proof_that_holds(company, wide):
    wide.open("/console/audit/1")
    leaf = wide.page.locator("[data-leaf]").inner_text().encode()
    path = [bytes.fromhex(one) for one in wide.page.locator(".path code").all_inner_texts()]
    proof = company.run(company.wired.store.board.proof(1))
    loaded = company.wired.loaded
    key = log_key(loaded.state, loaded.installation.name)
    note = opened_note(proof[3], key.origin, key.key.public_key())

    verify_inclusion(leaf_hash(leaf), 1, proof[1], proof[2], note.root)
    assert len(path) == len(proof[2])


def of_one(approval: str, agent: Agent117) -> tuple[str, ...]:
    """Return the pages of one question and its session; its sixth argument is a blob."""
    one = f"/console/approvals/{approval}"
    session = f"/console/sessions/{agent.session}"
    blob = next(number for number, row in enumerate(SORTED) if row == "scan")
    return one, f"{one}/arguments/{blob}", f"{one}/said", session, f"{session}/said"


SORTED = sorted({*PAYMENT, "pin", "scan"})


@pytest.fixture(scope="module")
def ended(company: Running, agent: Agent117) -> tuple[str, ...]:
    """The pages of questions that nobody can answer any more: too late, unreadable."""
    late, _ = agent.pays(hold_ms=0, amount_minor=9_001)
    broken, _ = agent.pays(hold_ms=0, amount_minor=9_002)
    for one, name, value in ((late, "pending_until_ms", 1), (broken, "view_json", "{}")):
        company.run(written(company, one, name, value))
    return f"/console/approvals/{late}", f"/console/approvals/{broken}"


async def written(company: Running, approval: str, name: str, value: Any) -> None:
    """Change a row behind the guard's back: time that has passed, a view that nobody can read."""
    statement = "UPDATE approvals SET row = json_set(row, ?, ?) WHERE id = ?"

    def work(db: Any) -> None:
        db.execute(statement, (f"$.{name}", value, approval))

    await company.wired.store._database.run(work)


def signed_out(chromium: Any, company: Running) -> Person:
    return person(chromium, company, "nobody")


@pytest.fixture(scope="module")
def several(company: Running) -> tuple[str, str, str]:
    """The pages of a full batch, of a question beside which more is offered, and of a plan."""
    fresh = Agent117(company, "kim").opened()  # its session has read nothing of strangers
    first, *_ = [fresh.books(hold_ms=0, amount_minor=n + 1)[0] for n in range(MAX_BATCH)]
    plan = company.run(Granting(world=company.wired.world).propose_grant(
        first, {"amount_minor": 0}, uses=5, ttl_s=600, by="ana"))  # fmt: skip
    return f"/console/batch/{first}", f"/console/approvals/{first}", f"/console/plans/{plan.id}"


LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (320, 1100)]
"""The last for tables alone: their heads are shown where it is wide, what else has a colour always."""
AXE = """async (asked) => (await axe.run({exclude: ".calls-alike > :nth-child(n+4)"},
    {resultTypes: ["violations"], ...asked})).violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => [one.id, one.nodes[0].html])"""
"""Of calls that are alike the first three: of twenty it would take as long as of all other pages."""
TWICE = """() => [...document.querySelectorAll("[id]")].map((one) => one.id)
    .filter((id, at, ids) => ids.indexOf(id) !== at)"""
ASKED = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
"""What is looked at in which colours: all that does not depend on them once."""
BY_WIDTH = {"runOnly": ["scrollable-region-focusable", "target-size"]}
"""What alone can differ where the same is shown in the same colours, on a screen of another width."""
SAME = """() => {
    const shown = JSON.stringify([...document.body.querySelectorAll("*")].map((one) => {
        const style = getComputedStyle(one);
        return [one.checkVisibility(), style.color, style.backgroundColor, style.backgroundImage,
            style.opacity, style.fontSize, style.fontWeight, style.textDecorationLine, style.position];
    }));
    const same = shown === window.shownBefore;
    window.shownBefore = shown;
    return same;
}"""
"""Whether each element is shown as it was when this was asked before, on the same page."""
LOADS = "Page.addScriptToEvaluateOnNewDocument"
"""Sent once: each page would take its half of a megabyte anew."""


def test_no_page_is_wider_than_the_screen_or_fails_an_accessibility_check(
    chromium, company, wide, agent, several, ended
):
    axe = HERE.parents[1] / ".cache" / "axe"
    try:
        install(HERE, axe)
    except BenchMissingError as missing:
        pytest.fail(str(missing)) if os.environ.get("CI") == "true" else pytest.skip(str(missing))
    script = (axe / "node_modules" / "axe-core" / "axe.min.js").read_text()
    approval, _ = agent.pays(hold_ms=0, pin="1", scan="%PDF" * 100, recipient=ACME)
    found: dict[str, Any] = {}
    alike: set[str] = set()
    nobody = signed_out(chromium, company)
    inside = (*PAGES, *several, *of_one(approval, agent), *ended)
    for one in (wide, nobody):
        one.cdp.send("Page.enable")
    loads, _ = (one.cdp.send(LOADS, {"source": script}) for one in (wide, nobody))
    for one, path in (*((wide, path) for path in inside), *((nobody, path) for path in OPEN)):
        page = one.page
        one.open(path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        looks = LOOKS if page.locator("thead").count() else LOOKS[:-1]
        for scheme, width in looks:  # of one loaded page: only its style asks for either
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 700})
            look = f"{path} {scheme} {width}"
            asked = ASKED[scheme]
            if scheme == "light" and page.evaluate(SAME):
                asked = BY_WIDTH
                alike.add(path)
            if bad := page.evaluate(AXE, asked):
                found[f"{look} axe"] = bad
            if scheme != "light":
                continue  # no other colour makes anything wider
            if twice := page.evaluate(TWICE):
                found[f"{look} twice"] = twice
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found[look] = "wider than the screen"
            if over := page.evaluate(OVER):
                found[f"{look} over"] = over
    wide.page.emulate_media(color_scheme="light")
    wide.cdp.send(LOADS.replace("add", "remove"), loads)
    wide.cdp.send("Page.disable")
    nobody.page.context.close()

    assert found == {}
    assert set() < alike < {*inside, *OPEN}  # what is shown differs on some of them
    assert nobody.broken == []


def test_everything_that_can_be_pressed_is_reached_with_the_keyboard_and_shows_it(
    chromium, company, wide, agent, several, ended
):
    approval, _ = agent.pays(hold_ms=0, pin="2", scan="%PDF" * 20, amount_minor=9_003)
    nobody, lost = signed_out(chromium, company), {}
    inside = (*PAGES, *several, *of_one(approval, agent), *ended)
    for one, path in (*((wide, path) for path in inside), *((nobody, path) for path in OPEN)):
        one.open(path)
        count, missed = one.page.evaluate(REACHED)
        one.page.keyboard.press("Shift+Tab")  # the one before the last
        ring = one.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if missed or count < 2 or ring == "none":
            lost[path] = (count, missed, ring)
    nobody.page.context.close()

    assert lost == {}


def test_no_page_weighs_more_than_100_kilobytes(company, wide, agent, several):
    approval, _ = agent.pays(hold_ms=0, letter="y" * 50_000)
    weights: dict[str, int] = {}
    wide.cdp.send("Network.enable")
    wide.cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
    for path in (*PAGES, *several, *of_one(approval, agent)):
        wide.open(path)
        weights[path] = wide.page.evaluate(ON_THE_WIRE)
    wide.cdp.send("Network.disable")

    print(json.dumps(weights))
    assert min(weights.values()) > SCRIPTS  # each came with all that it loads
    assert max(weights.values()) <= 100_000


ON_THE_WIRE = """() => [...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource").filter((one) => one.initiatorType !== "fetch")]
    .reduce((sum, one) => sum + one.transferSize, 0)"""
SCRIPTS = 20_000
"""What the scripts and the style weigh at least on the wire: every page loads them."""
NINE = ("effect", "why", "task", "args", "reach", "chain", "who", "gives", "Your answer")
PLACES = """() => ["h1.effect", ...["why", "task", "args", "reach", "chain", "who", "gives"].map(
    (id) => `section[aria-labelledby="${id}"]`), '[aria-label="Your answer"]'].map((one) => {
        const found = document.querySelectorAll(one);
        return [found.length, found[0].getBoundingClientRect().top + scrollY, found[0].innerText];
    })"""
"""Of the nine things that a reviewer reads: how many of each there are, where, and their text."""
SAID = {
    "effect": ("Pays 98.70 EUR to", OTHER),
    "why": ("payment needs a second person", "rule PAY-REVIEW, payments.cedar:2", "1 of finance"),
    "task": ("Pay invoice 117 of ACME Ltd, please.", "in their own words"),
    "args": ("amount_minor", "recipient", "memo", "notify", "letter", "urgent"),
    "reach": ("cannot be undone", "98.70 EUR", "Receivers\n3", "production", OTHER),
    "chain": ("mail/read", "ledger/find_invoice", "untrusted"),
    "who": ("payables-bot", "idp|zoe", "spiffe://acme.example/payables, attested", "laptop-7",
            "open for", "of 3"),
    "gives": ("One call with exactly these bytes, within 60 s", "credential", "0 of 1"),
    "Your answer": ("Deny", "Approve", "Deny and suspend session"),
}  # fmt: skip


def test_nine_things_are_read_in_their_order_and_each_says_what_it_is_for(company, wide, agent):
    approval, _ = agent.pays(hold_ms=0)
    wide.open(f"/console/approvals/{approval}")
    wide.read()
    wide.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    found = wide.page.evaluate(PLACES)

    assert [count for count, _, _ in found] == [1] * 9
    assert [top for _, top, _ in found] == sorted(top for _, top, _ in found)
    for name, (_, _, text) in zip(NINE, found, strict=True):
        assert [one for one in SAID[name] if one.lower() not in text.lower()] == [], (name, text)


def test_the_policy_page_says_how_people_answer_each_rule(company, wide):
    wide.open("/console/policy")
    row = wide.page.locator("li", has_text="PAY-REVIEW").first.inner_text()

    assert "per 100 calls" in wide.page.locator("main").inner_text()
    assert "% approved" in row
    assert "asked" in row
    assert "median" in row


def test_the_script_says_what_is_left_to_read(company, wide, agent):
    approval, _ = agent.pays(hold_ms=0, letter="line\n" * 90)
    wide.open(f"/console/approvals/{approval}")
    wide.page.locator("#left", has_text="Read on").wait_for(timeout=WAIT_MS)
    wide.read()
    wide.page.locator("#left", has_text="Your passkey signs exactly what you see").wait_for(
        timeout=WAIT_MS
    )


def test_somebody_who_is_not_asked_is_told_so(chromium, company, agent):
    eve = person(chromium, company, "eve")
    eve.page.goto(company.invitation("eve"))
    eve.page.locator('[data-act="enrol"]').click()
    eve.page.locator('[data-act="login"]').click()
    eve.page.locator(".who", has_text="eve").wait_for(timeout=WAIT_MS)
    approval, _ = agent.pays(hold_ms=0, pin="12")
    eve.open(f"/console/approvals/{approval}")

    assert eve.page.locator("text=You are not among those who are asked").count() == 1
    assert not approve(eve).is_visible()
    said = eve.post(f"approvals/{approval}/reveal", {"number": 4})
    assert said["error"] == "not_in_group"
    assert eve.broken == []
    eve.page.context.close()


def test_after_the_answer_the_page_says_what_became_of_it_and_leads_back(company, wide, agent):
    approval, call = agent.pays(amount_minor=9_900)
    wide.open(f"/console/approvals/{approval}")
    wide.page.locator("summary", has_text="More ways").click()
    wide.page.locator("[data-reason]").fill("wrong payee")
    with wide.answered("/deny"):
        wide.page.locator('[data-act="deny"]').click()
    over = wide.page.locator(".over")
    over.wait_for(timeout=WAIT_MS)

    assert company.code(call) == "approval_denied"
    assert "idp|ana said no: wrong payee" in over.inner_text()
    over.locator("a").click()
    wide.page.wait_for_url("**/console/")
