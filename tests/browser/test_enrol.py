"""In a real browser: an invitation becomes a passkey, a passkey opens the console, and no more."""

import re

import pytest

from tests.browser.conftest import WAIT_MS, person

pytestmark = pytest.mark.browser


def test_a_reviewer_enrols_signs_in_and_signs_out(chromium, guard):
    ana = person(chromium, guard, "ana")
    requests = []
    ana.page.on("request", lambda request: requests.append(request.url + (request.post_data or "")))
    link = guard.invitation("ana")
    ana.page.goto(link)
    assert "#" not in ana.page.url  # out of the address bar and the history
    ana.page.locator('[data-act="enrol"]').click()
    ana.page.locator("#said", has_text="Your passkey is enrolled.").wait_for(timeout=WAIT_MS)
    assert "#" not in ana.page.url
    ana.page.locator('[data-act="login"]').click()
    ana.page.locator(".who", has_text="ana").wait_for(timeout=WAIT_MS)
    token = link.partition("#")[2]
    assert [url for url in requests if token in url.partition("{")[0]] == []
    assert all(url.startswith(guard.url) for url in requests)

    (cookie,) = ana.page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/console")
    assert ana.page.evaluate("document.cookie") == ""
    ana.page.locator('[data-act="logout"]').click()
    ana.page.locator('[data-act="login"]').wait_for(timeout=WAIT_MS)
    assert ana.page.context.cookies() == []
    assert ana.broken == []
    ana.page.context.close()


def test_an_invitation_opens_once(chromium, guard):
    link = guard.invitation("bob")
    for expected in ("signed", "not open"):
        bob = person(chromium, guard, "bob")
        bob.page.goto(link)
        bob.page.locator('[data-act="enrol"]').click()
        if expected == "signed":
            bob.page.locator('[data-act="login"]').wait_for(timeout=WAIT_MS)
        else:
            bob.waits_for("This invitation is not open")
        assert bob.broken == []
        bob.page.context.close()


def test_a_browser_without_user_verification_enrols_nobody(chromium, guard):
    zoe = person(chromium, guard, "zoe")
    zoe.cdp.send(
        "WebAuthn.setUserVerified", {"authenticatorId": zoe.authenticator, "isUserVerified": False}
    )
    zoe.page.goto(guard.invitation("zoe"))
    zoe.page.locator('[data-act="enrol"]').click()
    zoe.page.locator("#said", has_text=re.compile(r".+")).wait_for(timeout=WAIT_MS)
    assert guard.run(guard.wired.store.reviewers.passkeys("zoe")) == []
    zoe.page.context.close()


def test_the_address_of_the_machine_leads_to_the_name_that_passkeys_know(chromium, guard):
    ana = person(chromium, guard, "ana")
    ana.page.goto(guard.url.replace("localhost", "127.0.0.1") + "/console/")
    assert ana.page.url == f"{guard.url}/console/"
    ana.page.context.close()


def test_no_page_can_frame_the_console_not_even_one_of_the_guard(chromium, guard):
    eve = person(chromium, guard, "eve")
    eve.page.goto(f"{guard.url}/healthz")
    refused = []
    eve.page.on("requestfailed", lambda request: refused.append(request.url))
    eve.page.evaluate(
        """(url) => new Promise((done) => {
            const frame = document.createElement("iframe");
            frame.onload = done;
            frame.src = url;
            document.body.append(frame);
        })""",
        f"{guard.url}/console/",
    )
    (frame,) = eve.page.main_frame.child_frames
    assert refused == [f"{guard.url}/console/"]
    assert frame.url.startswith("chrome-error:")
    eve.page.context.close()
