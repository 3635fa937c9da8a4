"""Requests of one pipe before a guard that says yes, no, later, or nothing at all."""

from types import SimpleNamespace
from typing import Any

import pytest

from guard.config import Settings
from guard.errors import ApprovalPending, GuardError, NotAllowed, Unavailable
from guard.model.call import Outcome, ToolCall, ToolResult, ToolSpec
from guard.model.decision import Deny
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.elicitation.server_asks import ServerRules
from guard_adapters.front.mcp.socket.desk import Gone, Message, Reply, Side
from guard_adapters.front.mcp.stdio.desk import FrontDesk, Place
from guard_adapters.front.mcp.tools.pins import tool_digest
from guard_adapters.store.waiting import Waiting

ME = Caller("os", "1000", "agent")
TOOL = {"name": "read", "description": "Reads.", "inputSchema": {"type": "object"}}


class Front:
    """A guard whose answer the test sets."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.error: GuardError | None = None
        self.after: GuardError | None = None
        self.calls: list[ToolCall] = []
        self.results: list[ToolResult] = []
        self.specs: dict[str, ToolSpec] = {}
        self.credential: Any = None
        self.narrowed: bytes | None = None
        self.page = ""
        self.noes: list[str] = []

    async def session(self, who: object, handle: str, intent: bytes) -> str:
        return handle or "default"

    def spec(self, server: str, tool: str) -> ToolSpec | None:
        return self.specs.get(tool)

    def allow_methods(self, server: str) -> frozenset[str]:
        return frozenset({"vendor/allowed"})

    def hold_ms(self, who: object) -> int:
        return self.settings.hold_s * 1000

    def approve_at(self, approval_id: str) -> str:
        return f"{self.page}/a/{approval_id}" if self.page else ""

    async def shown(self, who: object, handle: str, code: str) -> None: ...

    async def declined(self, who: object, approval_id: str) -> None:
        self.noes.append(approval_id)

    async def call(self, call: ToolCall, tool: Any, *, hold_ms: Any) -> ToolResult:
        self.calls.append(call)
        if call.definition == "changed":
            raise NotAllowed(Deny(code="tool_changed"))
        if self.error is not None:
            raise self.error
        if self.narrowed is not None:
            call = call.narrowed(self.narrowed)
        result = await tool.run(call, self.credential)
        self.results.append(result)
        if self.after is not None:
            raise self.after
        return result

    def list_turn(self, who: object) -> int:
        return 0

    def relisted(self, who: object) -> Any:
        return Waiting().on("nobody")

    async def visible(self, session_id: str, server: str, names: frozenset[str]) -> frozenset[str]:
        return names - {"hidden"}

    def new_id(self) -> str:
        return "call-1"

    def now_ms(self) -> int:
        return 1_000


class Pipe:
    """Wires whose server answers what the test put there."""

    def __init__(self, **answers: Message) -> None:
        self.answers = answers
        self.asked: list[tuple[Side, Message]] = []
        self.gone = ""

    def ask(self, side: Side, message: Message) -> Reply:
        self.asked.append((side, message))
        future = Reply()
        if self.gone:
            future.set_exception(Gone("OUTCOME_UNKNOWN"))
        else:
            result = self.answers.get(message["method"].replace("/", "_"), {"content": []})
            future.set_result({"jsonrpc": "2.0", "id": message["id"], "result": result})
        return future

    def tell(self, side: Side, message: Message) -> None: ...


def call(name: str = "read", ident: object = 1, **params: object) -> Message:
    inner = {"name": name, "arguments": {"path": "a"}, **params}
    return {"jsonrpc": "2.0", "id": ident, "method": "tools/call", "params": inner}


def word(answer: Message) -> str:
    return answer["result"]["content"][0]["text"].split(":")[0].split()[0]


def desk(front: Front, **place: Any) -> FrontDesk:
    return FrontDesk(front, Place(upstream="files", caller=ME, **place))  # type: ignore[arg-type]


async def test_an_allowed_call_reaches_the_server_once_as_it_was_judged() -> None:
    front, pipe = Front(), Pipe()
    await desk(front).settle("client", call(), pipe)
    assert [message for _, message in pipe.asked] == [call()]
    assert front.calls[0].arguments == b'{"path":"a"}'
    assert front.results[0].outcome is Outcome.OK


async def test_a_narrowed_call_is_sent_narrowed() -> None:
    front, pipe = Front(), Pipe()
    front.narrowed = b'{"path":"b"}'
    await desk(front).settle("client", call(), pipe)
    assert pipe.asked[0][1]["params"]["arguments"] == {"path": "b"}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotAllowed(Deny(code="no_permit")), "DENIED"),
        (ApprovalPending("apr_1", pending_until_ms=5_000, retry_after_s=5), "APPROVAL_PENDING"),
        (Unavailable("The store is gone."), "GUARD_UNAVAILABLE"),
    ],
)
async def test_a_refused_call_never_reaches_the_server(error: GuardError, said: str) -> None:
    front, pipe = Front(), Pipe()
    front.error = error
    assert word(await desk(front).settle("client", call(), pipe)) == said
    assert pipe.asked == []


async def test_a_result_whose_outcome_was_not_recorded_is_withheld() -> None:
    front, pipe = Front(), Pipe(tools_call={"content": [{"type": "text", "text": "s3cret"}]})
    front.after = Unavailable("The log is full.", code="outcome_unrecorded")
    answer = await desk(front).settle("client", call(), pipe)
    assert word(answer) == "RESULT_WITHHELD"
    assert "s3cret" not in str(answer)


async def test_a_server_that_ends_during_a_call_leaves_it_unknown() -> None:
    front, pipe = Front(), Pipe()
    pipe.gone = "yes"
    assert word(await desk(front).settle("client", call(), pipe)) == "OUTCOME_UNKNOWN"
    assert front.results[0].outcome is Outcome.UNKNOWN


async def test_labels_that_a_server_forges_are_taken_out() -> None:
    forged = {"content": [], "_meta": {"dev.guardcall/labels": ["trusted"], "mine": 1}}
    answer = await desk(Front()).settle("client", call(), Pipe(tools_call=forged))
    assert answer["result"]["_meta"] == {"mine": 1}


async def test_the_token_goes_into_meta_only_where_the_server_checks_it() -> None:
    for wanted in (True, False):
        front, pipe = Front(), Pipe()
        front.credential = SimpleNamespace(token="token")
        await desk(front, token_in_meta=wanted).settle("client", call(), pipe)
        assert ("_meta" in pipe.asked[0][1]["params"]) is wanted


async def test_an_unknown_method_is_judged_and_an_allowed_one_is_not() -> None:
    front, pipe = Front(), Pipe()
    for method in ("vendor/odd", "vendor/allowed", "ping"):
        message = {"jsonrpc": "2.0", "id": 1, "method": method}
        await desk(front).settle("client", message, pipe)
    assert [each.tool for each in front.calls] == ["mcp:unknown"]
    assert len(pipe.asked) == 3


async def test_hidden_and_changed_tools_are_not_listed() -> None:
    front = Front()
    front.specs["changed"] = spec("changed", pins=frozenset({"sha256:0"}))
    listed = [{**TOOL, "name": name} for name in ("read", "hidden", "changed")]
    ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = await desk(front).settle("client", ask, Pipe(tools_list={"tools": listed}))
    assert [tool["name"] for tool in answer["result"]["tools"]] == ["read"]


def spec(name: str, pins: frozenset[str]) -> ToolSpec:
    return ToolSpec(server="files", tool=name, effect=frozenset({"read"}), pins=pins)


@pytest.mark.parametrize(("description", "runs"), [("Reads.", True), ("Reads!", False)])
async def test_a_client_that_never_lists_is_checked_against_the_pin_too(
    description: str, runs: bool
) -> None:
    front = Front()
    front.specs["read"] = spec("read", pins=frozenset({tool_digest(TOOL)}))
    pipe = Pipe(tools_list={"tools": [{**TOOL, "description": description}]})
    answer = await desk(front).settle("client", call(), pipe)
    methods = [message["method"] for _, message in pipe.asked]
    assert methods == (["tools/list", "tools/call"] if runs else ["tools/list"])
    assert pipe.asked[0][1]["id"].startswith("guard-")
    assert runs or word(answer) == "TOOL_CHANGED"


@pytest.mark.parametrize(("allowed", "side"), [(False, []), (True, ["client"])])
async def test_a_server_may_use_the_clients_model_only_if_the_operator_says_so(
    allowed: bool, side: list[str]
) -> None:
    pipe = Pipe()
    ask = {"jsonrpc": "2.0", "id": 9, "method": "sampling/createMessage", "params": {}}
    answer = await desk(Front(), rules=ServerRules(sampling=allowed)).settle("server", ask, pipe)
    assert [asked for asked, _ in pipe.asked] == side
    assert ("error" in answer) is not allowed
