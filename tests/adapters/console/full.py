"""A guard that has been used for long: its store holds many rows of everything that pages list."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from guard.audit.event import Event
from guard.grant.approval import NewApproval
from guard.grant.directory import Directory, Person
from guard.grant.people import Account, Invite, Passkey
from guard.grant.plan import Item, NewPlan
from guard.grant.reach import Reach
from guard.grant.scoped import Ground
from guard.grant.view import view_json
from guard.grant.votes import Vote, Voter
from guard.model.decision import Requirement
from guard.model.identity import Agent, Principal, Who
from guard.model.limits import Equal
from guard.ports import Attempt
from guard.session.state import Session, new_session
from guard.testing.review import a_view
from guard_adapters.console.app import Door, Page
from guard_adapters.console.gate import Gate
from guard_adapters.console.invites import Invites
from guard_adapters.console.origin import Origin
from guard_adapters.wiring.build import Wired, build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.review.console import admitting

ASKED = Requirement(rule="PAY-1", reason="money", kind="review", groups=frozenset({"finance"}))
CONFIG = """\
version: 1
guard: {policies: ['starter:baseline'], state: state, settings: {port_timeout_ms: 30000}%s}
servers: {}
"""
BOUND = b'{"server":"bank","tool":"pay"}'
VIEW = view_json(a_view({"amount": 1, "to": "x" * 400}, effect="Pays 1.00 EUR", action="bank/pay"))
WHO = Who(principal=Principal(issuer="idp", subject="zoe"), agent=Agent(id="clerk"))
STEP = 50
LONG = "gs_0"
"""The session in which all calls were made."""
NO = Vote(
    approval_id="", voter=Voter(principal="idp|bob"), decision="deny", method="login", at_ms=0
)
YES = replace(NO, decision="approve", method="webauthn",
              voter=Voter(principal="idp|bob", groups=frozenset({"finance"}), uv=True))  # fmt: skip


def guard(folder: Path, store: str = "") -> Wired:
    """Return a guard on an empty store; `store`: the URL of a database, empty: a file of its own."""
    (folder / "store.url").write_text(store)
    (folder / "store.url").chmod(0o600)
    shared = ", store: {url_file: store.url}" if store else ""
    (folder / "guard.yaml").write_text(CONFIG % shared)
    return build(load(folder / "guard.yaml"))


def people_page(wired: Wired, door: Door, origin: Origin) -> Page:
    """Return the page of reviewers over a guard."""
    world, people = wired.world, wired.store.reviewers
    gate = Gate(
        reviewers=people, directory=lambda: wired.directory, origin=origin, clock=world.clock,
        ids=world.ids,
    )  # fmt: skip
    invites = Invites(gate=gate, door=door, admitting=admitting(wired))
    return Page(path="/reviewers", answer=invites.page, tab="Keys")


async def fill(wired: Wired, rows: int) -> None:
    """Put so many rows of everything into the store of a guard."""
    now_ms = wired.world.clock.now_ms()
    for numbers in steps(rows):
        await each(
            wired.world.sessions.open(new_session(f"gs_{n}", WHO, now_ms=now_ms + n))
            for n in numbers
        )
    for numbers in steps(rows):
        await each(wired.world.approvals.open(question(n, now_ms), []) for n in numbers)
        await each(
            wired.world.approvals.vote(replace(NO, approval_id=name(n), at_ms=now_ms), [])
            for n in numbers[::2]
        )
    people = {one: Person(name=one, principal=f"idp|{one}") for one in map(reviewer, range(rows))}
    wired.directory = Directory(people=people)
    for numbers in steps(rows):
        await each(enrolled(wired, n, now_ms) for n in numbers)
    grants = wired.world.grants
    assert grants is not None
    for numbers in steps(rows):
        await each(grants.propose(plan(n, now_ms), []) for n in numbers)
        yes = replace(YES, at_ms=now_ms + 1)
        await each(grants.vote(replace(yes, approval_id=f"pln_{n:036x}"), []) for n in numbers[::2])
    for numbers in steps(rows // 2, 500):
        await wired.world.sink.write([one for n in numbers for one in call(n, now_ms)])
    await numbered(wired.store)


async def lose(wired: Wired, rows: int) -> None:
    """Let so many approved calls run of which nobody knows how they ended."""
    now_ms, approvals = wired.world.clock.now_ms(), wired.world.approvals
    session = await wired.world.sessions.open(new_session("gs_lost", WHO, now_ms=now_ms))
    for numbers in steps(rows):
        asked = [question(n, now_ms, "lost") for n in numbers]
        await each(approvals.open(one, []) for one in asked)
        await each(
            approvals.vote(replace(YES, approval_id=one.id, at_ms=now_ms), []) for one in asked
        )
        await each(approvals.consume(one.id, attempt(one, session), []) for one in asked)
    while await approvals.sweep(now_ms + rows):
        pass


def attempt(asked: NewApproval, session: Session) -> Attempt:
    return Attempt(
        consume_id=asked.id, judged=session, binding=asked.binding, policy_version="p",
        now_ms=asked.created_ms, outcome_due_ms=asked.created_ms,
    )  # fmt: skip


def reviewer(number: int) -> str:
    return f"person{number:05}"


async def enrolled(wired: Wired, number: int, now_ms: int) -> None:
    """Let one reviewer in, with one passkey."""
    who, people = reviewer(number), wired.store.reviewers
    await people.invite(Invite(token_sha256=who, reviewer=who, until_ms=now_ms + 3_600_000), [])
    key = Passkey(credential_id=who, reviewer=who, spki=who.encode(), cose=b"", alg=-7,
                  created_ms=now_ms)  # fmt: skip
    assert await people.enrol(who, Account(name=who, user_handle=who.encode()), key, [])


async def each(work: Any) -> None:
    await asyncio.gather(*work)


def steps(rows: int, step: int = STEP) -> list[Sequence[int]]:
    return [range(start, min(rows, start + step)) for start in range(0, rows, step)]


def name(number: int, kind: str = "") -> str:
    return f"apr_{kind}{number:036x}"


async def numbered(store: Any) -> None:
    """Number and sign what is queued, where several guards share a log."""
    if store.shared:
        work = store._sequencer.all_now(sign=True)
        await store._database.settled(store._database.hand(work))


def question(number: int, now_ms: int, kind: str = "") -> NewApproval:
    return NewApproval(
        id=name(number, kind), binding=f"b{kind}{number}", envelope=BOUND, call_id=f"c{number}",
        call_bytes=b"{}", view_json=VIEW, nonce="00", requester="idp|zoe", agent="clerk",
        session=f"gs_{number}", requirements=(ASKED,), policy_version="p",
        pending_until_ms=now_ms + 3_600_000, grant_ttl_s=60, created_ms=now_ms + number,
        action="bank/pay",
    )  # fmt: skip


def plan(number: int, now_ms: int) -> NewPlan:
    reach = Reach(
        server="bank", tool="pay", constraints=(Equal(path="to", value=json.dumps("x" * 90)),)
    )
    ground = Ground(session=f"gs_{number}", requester="idp|zoe", agent="clerk", policy_version="p")
    items = tuple(
        Item(reach=reach, uses=uses, ground=ground, requirements=(ASKED,)) for uses in (1, 9)
    )
    return NewPlan(
        id=f"pln_{number:036x}", kind="plan", session=f"gs_{number}", requester="idp|zoe",
        agent="clerk", items=items, ttl_s=3_600, nonce="00", created_ms=now_ms + number,
        pending_until_ms=now_ms + 3_600_000,
    )  # fmt: skip


def call(number: int, now_ms: int) -> tuple[Event, Event]:
    """Return the two leaves of one call in the long session."""
    facts = {
        "history": {"step": number + 1},
        "prov": {"origins": [{"step": max(1, number - 3), "path": "to", "source": 1}]},
    }
    decided = {"server": "bank", "tool": "read", "decision": "allow", "rules": ["READ-1"]}
    one = {"session": LONG, "call": f"done_{number}", "at_ms": now_ms + number}
    return (
        Event(kind="decision", leaf=decided, side={"facts": json.dumps(facts)}, **one),
        Event(kind="outcome", leaf={"outcome": "ok", "labels": []}, **one),
    )
