"""A console without a browser: real routes and ceremonies, passkeys in software, time that stands."""

import asyncio
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from guard.grant.approval import NewApproval
from guard.grant.directory import Directory, Person
from guard.grant.people import USUAL, Limits
from guard.grant.seen import marks
from guard.grant.signing import unb64u
from guard.grant.view import view_json
from guard.model.decision import Requirement
from guard.ports import World
from guard.stepup.admitting import Admitting
from guard.stepup.answering import Answering
from guard.stepup.granting import Granting
from guard.stepup.reviewing import Reviewing
from guard.testing import CountedIds, FrozenClock, MemoryApprovals, MemoryStore
from guard.testing.grants import MemoryGrants
from guard.testing.people import MemoryReviewers
from guard.testing.review import a_view
from guard_adapters.console.app import Page, Visit, console_routes
from guard_adapters.console.auth import Logins
from guard_adapters.console.enrol import Enrolment
from guard_adapters.console.gate import Gate
from guard_adapters.console.invites import Invites
from guard_adapters.console.looking import Part
from guard_adapters.console.origin import origin_of
from guard_adapters.console.several import Several
from guard_adapters.console.sign import Signing
from tests.authenticator import Authenticator, p256

FINANCE = frozenset({"finance"})


async def _home(visit: Visit) -> Any:
    none: Part[Any] = Part(rows=[])
    nothing = {"plans": none, "grants": none, "now_ms": 0, "moment": str}
    return visit.page("grants.html", **nothing)


HOME = Page(path="/", answer=_home, tab="Home")
"""A page that shows who looks, and nothing else."""
PEOPLE = {
    "ana": Person(name="ana", principal="idp|ana", groups=FINANCE, admin=True),
    "bob": Person(name="bob", principal="idp|bob", groups=FINANCE),
    "eve": Person(name="eve", principal="idp|eve"),
}
ASKED = Requirement(rule="PAY-1", reason="money", kind="review", groups=FINANCE)
VIEW = view_json(a_view({"amount_minor": 250_000}, action="bank/pay"))
KEY = b"k" * 32


@dataclass
class Desk:
    """One console. `url` is its public address."""

    url: str = "https://guard.corp.example"
    people: dict[str, Person] = field(default_factory=lambda: dict(PEOPLE))
    clock: FrozenClock = field(default_factory=FrozenClock)
    ids: CountedIds = field(default_factory=CountedIds)
    limits: Limits = USUAL

    def __post_init__(self) -> None:
        self.origin = origin_of(self.url)
        self.approvals = MemoryApprovals(clock=self.clock)
        store = MemoryStore(events=self.approvals.events, approvals=self.approvals)
        self.approvals.sessions = store.held
        self.grants = MemoryGrants(approvals=self.approvals)
        self.granting = Granting(world=World(
            clock=self.clock, ids=self.ids, sessions=store, approvals=self.approvals, leases=store,
            outcomes=store, sink=store, grants=self.grants,
        ))  # fmt: skip
        self.reviewers = MemoryReviewers(events=self.approvals.events)
        self.gate = Gate(
            reviewers=self.reviewers,
            directory=lambda: Directory(people=self.people),
            origin=self.origin,
            clock=self.clock,
            ids=self.ids,
            limits=self.limits,
        )
        self.admitting = Admitting(
            reviewers=self.reviewers,
            clock=self.clock,
            ids=self.ids,
            directory=self.gate.directory,
            limits=self.limits,
        )
        self.reviewing = Reviewing(
            approvals=self.approvals,
            reviewers=self.reviewers,
            clock=self.clock,
            ids=self.ids,
            place=self.gate.place,
            directory=self.gate.directory,
            key=KEY,
        )
        self.door = Logins(gate=self.gate)
        invites = Invites(gate=self.gate, door=self.door, admitting=self.admitting)
        signing = Signing(reviewing=self.reviewing, door=self.door, origin=self.origin)
        several = Several(
            answering=Answering(reviewing=self.reviewing, granting=self.granting),
            door=self.door, origin=self.origin, uses=10, ttl_s=1_800,
        )  # fmt: skip
        parts = (self.door, Enrolment(gate=self.gate), signing, several, invites)
        self.app = Starlette(
            routes=console_routes(
                origin=self.origin,
                door=self.door,
                token=self.ids.token,
                pages=(HOME, Page(path="/reviewers", answer=invites.page, tab="Reviewers")),
                beside=[route for part in parts for route in part.routes()],
                templates=self.gate.frame,
            )
        )

    def visitor(self, name: str = "", seed: int = 0) -> "Visitor":
        """Return a browser; with a name, one of a person with a passkey of their own."""
        number = seed or 1 + sorted(PEOPLE).index(name or "ana")
        return Visitor(desk=self, name=name, passkey=Authenticator(
            private=p256(number), place=self.gate.place, ident=f"key-{number}".encode()
        ))  # fmt: skip

    def enrolled(self, name: str, seed: int = 0) -> "Visitor":
        """Return a reviewer who was invited by the operator, enrolled and signed in."""
        found = self.visitor(name, seed)
        token = asyncio.run(self.admitting._invite(self.people[name], ""))
        assert found.enrol(token).status_code == 200
        assert found.login().status_code == 200
        return found

    def asks(self, *asked: Requirement, **more: Any) -> str:
        """Open a question and return its id."""
        number = len(self.approvals.rows) + 1
        new = NewApproval(
            id=f"apr_{number:036x}", binding=sha256(str(number).encode()).hexdigest(), envelope=b"{}",
            call_id="c1", call_bytes=b'{"amount_minor":250000}', view_json=VIEW, nonce=f"{number:064x}",
            requester="idp|zoe", agent="clerk", session="gs_1", requirements=asked or (ASKED,),
            policy_version="p", created_ms=self.clock.ms, pending_until_ms=self.clock.ms + 300_000,
            grant_ttl_s=60, cooldown_key="k",
        )  # fmt: skip
        asyncio.run(self.approvals.open(replace(new, **more), []))
        return new.id

    def row(self, approval: str) -> Any:
        return self.approvals.rows[approval]


@dataclass
class Visitor:
    """One browser with one passkey."""

    desk: Desk
    name: str
    passkey: Authenticator
    handle: str = ""

    def __post_init__(self) -> None:
        self.http = TestClient(self.desk.app, base_url=self.desk.origin.url, follow_redirects=False)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        own = {"origin": self.desk.origin.url, "sec-fetch-site": "same-origin"}
        given = {**own, **{name.replace("_", "-"): value for name, value in headers.items()}}
        kept = {name: value for name, value in given.items() if value}
        return self.http.post(f"/console/api/{path}", json=body or {}, headers=kept)

    def challenge(self, path: str, body: Any = None) -> bytes:
        answer = self.post(path, body)
        assert answer.status_code == 200, answer.text
        options = answer.json()["publicKey"]
        self.handle = options.get("user", {}).get("id", self.handle)
        return unb64u(options["challenge"])

    def enrol(self, token: str, **said: Any) -> Any:
        challenge = self.challenge("enrol/options", {"token": token})
        made = self.passkey.create(challenge, **said)
        return self.post("enrol", {"token": token, "credential": made})

    def login(self, **said: Any) -> Any:
        challenge = self.challenge("login/options")
        user = said.pop("user", self.handle)
        return self.post("login", {"credential": self.passkey.answer(challenge, user=user, **said)})

    def seen(self, *asked: str) -> list[str]:
        """Return the marks that the pages of these questions and plans hold for this person."""
        rows = [self.desk.approvals.rows.get(one) or self.desk.grants.rows[one] for one in asked]
        mine = self.desk.people[self.name].principal
        return [mark for row in rows for mark in marks(KEY, row, mine).values()]

    def signs(self, approval: str, **said: Any) -> Any:
        """Let the passkey sign a yes to a question that was read; return the credential."""
        body = {"seen": self.seen(approval)}
        return self.passkey.answer(self.challenge(f"approvals/{approval}/options", body), **said)

    def sends(self, approval: str, credential: Any, **more: Any) -> Any:
        """Send a signed yes."""
        body = {"credential": credential, "seen": self.seen(approval), **more}
        return self.post(f"approvals/{approval}/approve", body)

    def yes(self, approval: str, typed: Any = (), **said: Any) -> Any:
        return self.sends(approval, self.signs(approval, **said), typed=list(typed))

    def no(self, approval: str, reason: str = "") -> Any:
        return self.post(f"approvals/{approval}/deny", {"reason": reason})
