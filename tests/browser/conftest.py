"""A real guard, a real Chromium with a passkey in it, and an agent whose calls wait.

Nothing is downloaded: the browser is the system's, its background traffic is off, and it talks to
this machine alone. Every test ends with the question whether the browser saw its policy broken.
"""

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, sync_playwright

from guard.errors import GuardError
from guard.grant.seen import marks
from guard.model.call import ToolCall, ToolResult, argument_bytes
from guard.model.identity import Agent, Principal, Who
from guard.testing import RecordingTool
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.wiring.build import Wired, build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.review.console import admitting
from guard_adapters.wiring.running import serving, sweep

HERE = Path(__file__).parent
WAIT_S = 15
WAIT_MS = 1_000 * WAIT_S
CONFIG = """\
version: 1
guard:
  name: test-guard
  policies: [rules.cedar]
  state: state
  serve: {port: 0}
  settings: {open_prompts: 50, denials: 50}
servers:
  bank:
    trust: trusted
    tools:
TOOLS"""
TOOL = """\
      NAME:
        effect: [write]
        budget: none
        budget_reason: limited by the rules under test
        args: {amount_minor: {role: amount, currency: EUR, scale: 2}, recipient: {role: recipient, kind: iban}}
        says: "Pays {amount_minor} to {recipient}"
        input_schema: {type: object, properties: {amount_minor: {type: integer}, recipient: {type: string}, note: {type: string}}}
        confirmed: true
"""
RULES = """\
@id("OK-1") @reason("open") permit (principal, action, resource);
@id("PAY-1") @decision("step_up") @approvers("finance") @ttl("300s") @reason("money")
forbid (principal, action == Guard::Action::"bank/pay", resource);
@id("PAY-2") @decision("step_up") @approvers("finance") @quorum("2") @reason("much_money")
forbid (principal, action == Guard::Action::"bank/pay_much", resource);
@id("PAY-3") @decision("step_up") @approvers("session-owner") @reason("your_money")
forbid (principal, action == Guard::Action::"bank/pay_own", resource);
@id("PAY-4") @decision("step_up") @approvers("finance") @match("amount") @reason("typed")
forbid (principal, action == Guard::Action::"bank/pay_typed", resource);
@id("PAY-5") @decision("step_up") @approvers("finance") @ttl("2s") @reason("short")
forbid (principal, action == Guard::Action::"bank/pay_soon", resource);
"""
PEOPLE = """\
version: 1
reviewers:
  ana: {issuer: idp, subject: ana, groups: [finance], admin: true}
  bob: {issuer: idp, subject: bob, groups: [finance]}
  zoe: {issuer: idp, subject: zoe, groups: [finance]}
"""
TOOLS = ("pay", "pay_much", "pay_own", "pay_typed", "pay_soon")
PAYMENT = {
    "amount_minor": 250_000,
    "recipient": "DE02120300000000202051",
    "note": "Ünïcode \u202e<b>",
}

FIELDS = """([approval, act, names, marks]) => {
    for (const mark of marks)
        Object.assign(document.body.appendChild(document.createElement("i")).dataset, {mark, seen: ""});
    for (const name of names) {
        const field = document.createElement("input");
        field.dataset[name] = "";
        document.body.append(field);
    }
    const button = document.createElement("button");
    Object.assign(button.dataset, {act, approval});
    button.textContent = act;
    document.body.append(button);
}"""
"""The least page of a question: the console's own script does the rest."""


QUIET = [
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-domain-reliability", "--no-first-run", "--no-pings",
    "--disable-features=OptimizationHints,MediaRouter,CertificateTransparencyComponentUpdater",
    "--in-process-gpu",  # there is none: what draws in its place takes no process of its own
    "--renderer-process-limit=1",
    "--js-flags=--no-opt --no-maglev",  # no page lives long enough to earn back what compiling takes
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]  # fmt: skip


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""Chromium without windows first: its pages are the same, and it spares what nobody would see."""


def executable() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI installs chromium, and it is not here")
        pytest.skip("no chromium on this machine")
    return found


@dataclass
class Running:
    """One guard that serves in a thread of its own, and the agent behind it."""

    wired: Wired
    url: str
    loop: asyncio.AbstractEventLoop
    tool: RecordingTool = field(default_factory=RecordingTool)
    calls: int = 0

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT_S)

    def invitation(self, name: str) -> str:
        token = self.run(admitting(self.wired)._invite(self.wired.directory.people[name], ""))
        return f"{self.url}/console/enrol#{token}"

    def asks(
        self, tool: str = "pay", who: str = "zoe", **more: Any
    ) -> tuple[str, Future[ToolResult]]:
        """Let the agent make a call; return the question that it waits for, and the call."""
        self.calls += 1
        desk, number = Desk(self.wired), self.calls
        person = Who(principal=Principal(issuer="idp", subject=who), agent=Agent(id="clerk"))

        async def call() -> ToolResult:
            session = await desk.open_session(person, None)
            raw = argument_bytes({**PAYMENT, "note": f"{PAYMENT['note']} {number}", **more})
            made = ToolCall(
                id=f"call_{number}", session=session, server="bank", tool=tool, arguments=raw
            )
            return await desk.call(made, self.tool, hold_ms=30_000)

        known = {row.id for row in self.rows()}
        future = asyncio.run_coroutine_threadsafe(call(), self.loop)
        limit = time.monotonic() + WAIT_S
        while time.monotonic() < limit:
            fresh = [row.id for row in self.rows() if row.id not in known]
            if fresh:
                return fresh[0], future
            if future.done():
                return f"no question: {self.code(future)}", future
        raise AssertionError("the call did not ask")

    def rows(self) -> Any:
        return self.run(self.wired.world.approvals.listed(open_only=False))

    def row(self, approval: str) -> Any:
        return self.run(self.wired.world.approvals.get(approval))

    async def desk_end(self, session: str) -> None:
        """End a session, as an operator does; what waits in it is answered."""
        await self.wired.reauthorizing.end(session, "operator")

    def code(self, call: "Future[ToolResult]") -> str:
        """Return why a call did not run."""
        try:
            call.result(WAIT_S)
        except GuardError as refused:
            return refused.code
        return "ran"


def files() -> dict[str, str]:
    tools = "".join(TOOL.replace("NAME", name) for name in TOOLS)
    config = CONFIG.replace("TOOLS", tools)
    return {"rules.cedar": RULES, "reviewers.yaml": PEOPLE, "guard.yaml": config}


@contextmanager
def running(
    folder: Path,
    installation: Mapping[str, str] | None = None,
    keys: Mapping[str, Caller] | None = None,
) -> Iterator[Running]:
    """Serve a guard of these files; `keys`: who calls over MCP, by the digest of their token."""
    for name, text in (installation or files()).items():
        (folder / name).write_text(text)
    wired = build(load(folder / "guard.yaml"), reviewed=True)
    loop, up, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[str] = []

    async def serve() -> None:
        async with serving(wired, keys or {}) as url:
            found.append(url.replace("127.0.0.1", "localhost"))
            sweeper = asyncio.create_task(sweep(wired))
            up.set()
            await stop.wait()
            sweeper.cancel()
        wired.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert up.wait(5)
    try:
        yield Running(wired=wired, url=found[0], loop=loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)
        loop.close()


RUNNING: list[Any] = []
"""The browser of this process, and what drives it."""


# One process has all tests of this folder (tests/spread.py), so this is the only browser of a run.
@pytest.fixture(scope="module")
def chromium() -> Any:
    if not RUNNING:
        driver = sync_playwright().start()
        RUNNING.append(driver)
        RUNNING.append(driver.chromium.launch(executable_path=executable(), args=QUIET))
    return RUNNING[-1]


# Its loop runs as long as it does: tests of coroutines after it in this process need it gone. A
# fixture of the folder would end with the last test of the process.
@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    if RUNNING and (nextitem is None or HERE not in nextitem.path.parents):
        driver, *browsers = RUNNING
        RUNNING.clear()
        for one in browsers:
            one.close()
        driver.stop()


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    executable()
    with running(tmp_path_factory.mktemp("guard")) as found:
        yield found


@dataclass
class Person:
    """One person at a browser of their own, with a passkey in it. `broken` collects violations."""

    name: str
    page: Any
    guard: Running
    cdp: Any
    authenticator: str
    broken: list[str]

    def said(self) -> str:
        return str(self.page.locator("#said").inner_text())

    def waits_for(self, text: str) -> None:
        self.page.locator("#said", has_text=text).wait_for(timeout=WAIT_MS)

    def open(self, path: str) -> None:
        """Open a page of the console, also while the script reloads the one before."""
        for _ in range(25):
            with suppress(Error):
                self.page.goto(f"{self.guard.url}{path}")
                return
            # The other navigation was first: let it end, then go where the test wants to be.
            with suppress(Error):
                self.page.wait_for_load_state("load", timeout=1_000)
            self.page.wait_for_timeout(100)
        raise AssertionError(path)

    def offer(self, approval: str, act: str, fields: Sequence[str] = ()) -> None:
        """Open the question, with the button that is asked for on it.

        Where the page does not offer it to this person, the least page does: what counts is what
        the guard says, not what a page hides.
        """
        self.open(f"/a/{approval}")
        self.read()
        if not self.page.locator(f'[data-act="{act}"]').first.is_visible():
            self.open("/console/")
            marks = self.seen(approval)
            self.page.evaluate(FIELDS, [approval, act, list(fields), marks])

    def read(self) -> None:
        """Look at a question from its first line to its last, and unfold what is folded."""
        self.page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        self.page.evaluate(
            """async () => {
                const wait = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)));
                for (let n = 0; n < 5000; n++) {
                    const next = document.querySelector("[data-end]:not([data-seen]), [data-rest]");
                    if (!next) break;
                    next.scrollIntoView({block: "center"});
                    await wait();
                }
                const left = document.getElementById("left");
                for (let n = 0; n < 100 && left?.textContent.startsWith("Read"); n++)
                    await new Promise((done) => setTimeout(done, 20));
            }"""
        )

    def press(self, approval: str, act: str, *, sends: bool = True, **fields: str) -> None:
        """Open the question and press a button of it.

        `sends`: wait until it was answered; `fields`: what is filled in, by its data- name.
        """
        self.offer(approval, act, sorted(fields))
        for name, value in fields.items():
            self.page.locator(f"[data-{name}]").first.fill(value)
        button = self.page.locator(f'[data-act="{act}"]')
        if not sends:
            button.click()
            return
        with self.answered(f"/{approval}/{act}"):
            button.click()

    @contextmanager
    def answered(self, end: str) -> Iterator[None]:
        """Wait until what is pressed inside was answered, at a path of this end.

        Where the answer is a good one its page loads itself anew, and that is waited for: it would
        take the page from under whatever a test does next.
        """
        self.page.locator("html").evaluate("(old) => { old.dataset.old = ''; }")
        with self.page.expect_response(lambda one: one.url.endswith(end)) as found:
            yield
        if found.value.ok:
            self.page.locator("html:not([data-old])").wait_for(state="attached")
            self.page.wait_for_load_state()

    def post(self, path: str, body: Any) -> Any:
        """Send what a script on this page could send."""
        return self.page.evaluate(
            """async ([path, body]) => {
                const answer = await fetch(`/console/api/${path}`, {method: "POST",
                    headers: {"content-type": "application/json"}, body: JSON.stringify(body)});
                return answer.json();
            }""",
            [path, body],
        )

    def seen(self, approval: str) -> list[str]:
        """Return the marks that the page of a question holds for this person."""
        key, row = self.guard.wired.guard.salt, self.guard.row(approval)
        return [*marks(key, row, self.guard.wired.directory.people[self.name].principal).values()]

    def sends(self, approval: str, credential: Any) -> Any:
        """Send a signed yes, as a script on a page could."""
        body = {"credential": credential, "seen": self.seen(approval)}
        return self.post(f"approvals/{approval}/approve", body)

    def signed(self, approval: str, challenge: str = "") -> Any:
        """Let the passkey sign a yes, and return it without sending it.

        `challenge`: what it signs in place of what the guard asked for (base64url).
        """
        self.open("/console/")
        options = self.post(f"approvals/{approval}/options", {"seen": self.seen(approval)})
        if challenge:
            options["publicKey"]["challenge"] = challenge
        return self.page.evaluate(
            """async ({publicKey}) => (await navigator.credentials.get({publicKey:
                PublicKeyCredential.parseRequestOptionsFromJSON(publicKey)})).toJSON()""",
            options,
        )


def person(browser: Any, guard: Running, name: str) -> Person:
    context = browser.new_context()
    page = context.new_page()
    broken: list[str] = []
    context.expose_binding("policyBroken", lambda _source, what: broken.append(what))
    context.add_init_script(
        'addEventListener("securitypolicyviolation",'
        " (event) => policyBroken(`${event.violatedDirective} ${event.blockedURI}`));"
    )
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.set_default_timeout(WAIT_MS)
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal",
        "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Person(name, page, guard, cdp, made["authenticatorId"], broken)


@pytest.fixture(scope="module")
def people(chromium: Any, guard: Running) -> Iterator[Any]:
    """Return enrolled and signed-in people by name, each made once for the tests of a file."""
    known: dict[str, Person] = {}

    def found(name: str) -> Person:
        if name not in known:
            fresh = known[name] = person(chromium, guard, name)
            fresh.page.goto(guard.invitation(name))
            fresh.page.locator('[data-act="enrol"]').click()
            fresh.page.locator('[data-act="login"]').click()
            fresh.page.locator(".who", has_text=name).wait_for(timeout=WAIT_MS)
        return known[name]

    yield found
    for one in known.values():
        one.page.context.close()
    assert {name: one.broken for name, one in known.items() if one.broken} == {}
