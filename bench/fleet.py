# ruff: noqa: E501  a walk of the fleet reads best on one line
"""A synthetic fleet: sessions of four agents at their usual work, a few of them not what they seem.

The generator is the whole of the claim that a detector's precision and recall rest on, so it is
short and seeded: the same seed gives the same fleet on every machine. It knows no detector.

* Four agents, each a small walk over classes of tools; 12 to 40 calls, 1 to 30 s apart.
* Usual sessions are not clean. People fly (with the time that takes), change networks nearby, and
  one in 500 switches a tunnel to another country; batches write 30 to 90 times in a row; a device
  is silent about itself, or exchanged at lunch; a workload is deployed anew under another name; a
  server is upgraded; an agent does for once what it never does.
* 5 % are anomalous: one of `ANOMALIES`, from a random step on. A third of them is quiet: the thief
  sits in the next country, sends slowly, or stays on paths that the agent itself takes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from guard.model.call import Definition, ToolSpec
from guard.model.identity import Agent, Device, Place, Principal, Who, Workload

START_MS = 1_800_000_000_000
TOOLS = {
    spec.action: spec
    for spec in (
        ToolSpec(server="mail", tool="read", effect=frozenset({"read"})),
        ToolSpec(server="mail", tool="send", effect=frozenset({"write", "egress"})),
        ToolSpec(server="files", tool="read", effect=frozenset({"read"})),
        ToolSpec(server="files", tool="write", effect=frozenset({"write"})),
        ToolSpec(server="bank", tool="list", effect=frozenset({"read"})),
        ToolSpec(server="bank", tool="pay", effect=frozenset({"write", "irreversible"})),
        ToolSpec(server="shell", tool="run", effect=frozenset({"privileged"})),
    )
}
WALKS = {
    "triage": {"mail/read": {"mail/read": 6, "files/read": 2, "mail/send": 2}, "files/read": {"mail/read": 3, "files/write": 1}},
    "clerk": {"bank/list": {"bank/list": 4, "bank/pay": 2, "files/read": 1}, "files/read": {"bank/list": 3, "files/read": 1}},
    "coder": {"files/read": {"files/read": 5, "files/write": 3, "shell/run": 2}, "shell/run": {"files/read": 3, "files/write": 1}},
    "report": {"files/read": {"files/read": 3, "bank/list": 2, "files/write": 1}, "bank/list": {"files/read": 2, "files/write": 2}},
}  # fmt: skip
ANOMALIES = (
    "token_reuse", "approval_reuse", "proof_mismatch", "impossible_travel", "workload_moved",
    "device_changed", "posture_lost", "velocity", "abnormal_chain", "fan_out", "definition_changed",
)  # fmt: skip
STRANGE = {
    "triage": "bank/pay",
    "clerk": "shell/run",
    "coder": "bank/pay",
    "report": "mail/send",
}
CITIES = ((481_374, 115_755), (525_200, 134_050), (515_074, -1_278), (407_128, -740_060))


@dataclass(frozen=True, slots=True)
class Act:
    """One call of a session, and what the front knows at it."""

    at_ms: int
    spec: ToolSpec
    who: Who
    place: Place
    definition: Definition = "pinned"
    refused: str = ""  # the code with which something that was shown is refused
    twice_ms: int = 0  # it is one delivery that arrived twice, so long apart
    opens: int = 0  # sessions that were opened before this call, two a second


@dataclass(slots=True)
class Played:
    """One session. `anomaly` is what is wrong with it, empty where nothing is."""

    ident: str
    anomaly: str
    acts: list[Act] = field(default_factory=list)


def fleet(sessions: int = 1000, *, anomalous: float = 0.05, seed: int = 6) -> Iterator[Played]:
    """Yield so many sessions, the anomalous ones spread over them and over the kinds."""
    dice = random.Random(seed)
    bad = set(dice.sample(range(sessions), round(sessions * anomalous)))
    kinds = [ANOMALIES[number % len(ANOMALIES)] for number in range(len(bad))]
    dice.shuffle(kinds)
    for number in range(sessions):
        anomaly = kinds.pop() if number in bad else ""
        yield _played(dice, f"s{number}", anomaly, START_MS + number * 240_000)


def _played(dice: random.Random, ident: str, anomaly: str, now_ms: int) -> Played:
    agent = dice.choice(sorted(WALKS))
    owner = f"{dice.choice('abcdefgh')}{dice.randrange(40)}"
    who = Who(
        principal=Principal(issuer="idp", subject=owner),
        agent=Agent(id=agent),
        workload=Workload(id=f"spiffe://corp.example/{agent}", attested=True),
        device=Device(id=f"laptop-{owner}", compliant=True, seen_at_ms=now_ms),
    )
    place = _near(dice, CITIES[dice.randrange(3)], now_ms)
    played, tool = Played(ident, anomaly), dice.choice(sorted(WALKS[agent]))
    length, turn = dice.randint(12, 40), 0
    turn = dice.randint(4, length - 2)
    for step in range(length):
        now_ms += dice.randint(1_000, 30_000)
        if dice.random() < 0.002:  # a flight, and the hours that it takes
            now_ms += 9 * 3_600_000
            place = _near(dice, CITIES[dice.randrange(4)], now_ms)
        place = _then(_jitter(dice, place), now_ms)
        act = Act(now_ms, TOOLS[tool], who, place)
        if dice.random() < 0.02:  # a front that knows no device of this request
            act = replace(act, who=replace(who, device=Device()))
        acts = [act]
        if dice.random() < 0.004 and tool == "files/write":  # an honest batch
            acts = [replace(act, at_ms=now_ms + 500 * n) for n in range(dice.randint(30, 90))]
        if dice.random() < 0.001:  # a network that delivers twice
            acts = [replace(act, refused="replayed", twice_ms=dice.randint(1, 2_200))]
        if dice.random() < 0.0003:  # a pipeline that starts its jobs at once
            acts = [replace(act, opens=dice.randint(20, 70))]
        if dice.random() < 0.0004:
            acts = [_odd(dice, agent, act)]
            who = acts[-1].who
        if anomaly and step == turn:
            acts = list(_wrong(dice, anomaly, agent, act))
            who = acts[-1].who
        played.acts += acts
        now_ms = acts[-1].at_ms
        tool = _next(dice, agent, tool)
    return played


def _odd(dice: random.Random, agent: str, act: Act) -> Act:
    """Return a call of an honest session that looks like none."""
    match dice.randrange(5):
        case 0:
            return replace(act, place=_near(dice, dice.choice(CITIES), act.at_ms))  # a tunnel
        case 1:
            laptop = Device(id="spare", compliant=True, seen_at_ms=act.at_ms)
            return replace(act, who=replace(act.who, device=laptop))
        case 2:
            anew = Workload(id=f"spiffe://corp.example/{agent}-v2", attested=True)
            return replace(act, who=replace(act.who, workload=anew))
        case 3:
            return replace(act, definition="changed")
        case _:
            return replace(act, spec=TOOLS[dice.choice(sorted(TOOLS))])


def _next(dice: random.Random, agent: str, tool: str) -> str:
    after = WALKS[agent].get(tool) or dict.fromkeys(WALKS[agent], 1)
    return dice.choices(list(after), list(after.values()))[0]


def _near(dice: random.Random, city: tuple[int, int], at_ms: int) -> Place:
    return Place(
        lat_e4=city[0] + dice.randint(-2_000, 2_000),
        lon_e4=city[1] + dice.randint(-2_000, 2_000),
        radius_km=dice.choice((5, 25, 50, 200)),
        source="fleet",
        at_ms=at_ms,
    )


def _then(place: Place, at_ms: int) -> Place:
    """Return a place at another moment: once a call, which `replace` would take half of."""
    return Place(
        lat_e4=place.lat_e4,
        lon_e4=place.lon_e4,
        radius_km=place.radius_km,
        source=place.source,
        at_ms=at_ms,
    )


def _jitter(dice: random.Random, place: Place) -> Place:
    if dice.random() > 0.05:
        return place
    moved = dice.choice((-1, 1)) * dice.randint(0, 9_000)  # another mast, another exit: to 100 km
    return replace(place, lat_e4=place.lat_e4 + moved, radius_km=dice.choice((25, 50, 200)))


def _wrong(dice: random.Random, anomaly: str, agent: str, act: Act) -> Iterator[Act]:
    who, quiet = act.who, dice.random() < 1 / 3
    match anomaly:
        case "token_reuse":
            # A thief on the same network cannot be told from a delivery that came twice.
            yield replace(act, refused="replayed", twice_ms=900 if quiet else 0)
        case "approval_reuse":
            yield replace(act, refused="approval_elsewhere")
        case "proof_mismatch":
            yield replace(act, refused=dice.choice(("proof_key", "proof_binding")))
        case "impossible_travel":
            far = _near(dice, CITIES[dice.randrange(3) if quiet else 3], act.at_ms)
            yield replace(act, place=far)
        case "workload_moved":
            other = Workload(id=f"spiffe://corp.example/{dice.choice(('other', agent + '2'))}")
            yield replace(act, who=replace(who, workload=other))
        case "device_changed":
            other_device = Device(id="burner", compliant=True, seen_at_ms=act.at_ms)
            yield replace(act, who=replace(who, device=other_device))
        case "posture_lost":
            lost = replace(who.device, compliant=False, seen_at_ms=act.at_ms)
            yield replace(act, who=replace(who, device=lost))
        case "velocity":
            burst = dice.choice((TOOLS["files/write"], TOOLS["bank/list"]))
            apart_ms = 1_200 if quiet else 100
            for n in range(300):
                yield replace(act, spec=burst, at_ms=act.at_ms + apart_ms * n)
        case "abnormal_chain":
            yield replace(act, spec=TOOLS["files/write" if quiet else STRANGE[agent]])
        case "definition_changed":
            yield replace(act, definition="changed")
        case _:
            yield replace(act, opens=40 if quiet else 90)
