"""The tools and the prompt of the everything-fixture that need a second round (2026-07-28).

State is written here in the clear: the server seals it on the way out and opens it on the way in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mcp_types as types
from everything_catalogue import Wire, text
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

Answers = Mapping[str, types.InputResponse]
Context = ServerRequestContext[Any, Any]


def form(message: str, field: str, kind: str = "string") -> Wire:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return {
        "method": "elicitation/create",
        "params": {"mode": "form", "message": message, "requestedSchema": schema},
    }


def sample(prompt: str, max_tokens: int = 100) -> Wire:
    message = {"role": "user", "content": text(prompt)}
    return {
        "method": "sampling/createMessage",
        "params": {"messages": [message], "maxTokens": max_tokens},
    }


ROOTS: Wire = {"method": "roots/list", "params": {}}
ASK_NAME = form("What is your name?", "name")


def needed(requests: Wire, state: str | None = None) -> Wire:
    wanted: Wire = {"resultType": "input_required", "inputRequests": requests}
    return wanted if state is None else wanted | {"requestState": state}


def done(words: str) -> Wire:
    return {"content": [text(words)]}


def answered(answers: Answers, key: str, kind: type[Any]) -> Any:
    """The answer under a key if it is of the kind asked for; None asks again."""
    answer = answers.get(key)
    return answer if isinstance(answer, kind) else None


def field(answer: types.ElicitResult, name: str) -> object:
    return (answer.content or {}).get(name)


def elicitation(_ctx: Context, answers: Answers, _state: str | None) -> Wire:
    person = answered(answers, "user_name", types.ElicitResult)
    if person is None:
        return needed({"user_name": ASK_NAME})
    return done(f"Hello, {field(person, 'name')}!")


def sampling(_ctx: Context, answers: Answers, _state: str | None) -> Wire:
    answer = answered(answers, "capital_question", types.CreateMessageResult)
    if answer is None:
        return needed({"capital_question": sample("What is the capital of France?")})
    return done(f"The model said: {getattr(answer.content, 'text', '')}")


def list_roots(_ctx: Context, answers: Answers, _state: str | None) -> Wire:
    answer = answered(answers, "client_roots", types.ListRootsResult)
    if answer is None:
        return needed({"client_roots": ROOTS})
    return done("Roots: " + ", ".join(str(root.uri) for root in answer.roots))


def request_state(_ctx: Context, answers: Answers, state: str | None) -> Wire:
    if state is None or answered(answers, "confirm", types.ElicitResult) is None:
        return needed({"confirm": form("Please confirm", "ok", "boolean")}, "waiting-for-ok")
    if state != "waiting-for-ok":
        raise MCPError(types.INVALID_PARAMS, "requestState belongs to another step")
    return done("state-ok")


def multiple_inputs(_ctx: Context, answers: Answers, state: str | None) -> Wire:
    person = answered(answers, "user_name", types.ElicitResult)
    greeting = answered(answers, "greeting", types.CreateMessageResult)
    roots = answered(answers, "client_roots", types.ListRootsResult)
    if state is None or person is None or greeting is None or roots is None:
        questions = {
            "user_name": ASK_NAME,
            "greeting": sample("Generate a greeting", 50),
            "client_roots": ROOTS,
        }
        return needed(questions, "waiting-for-three")
    return done(f"{field(person, 'name')} was greeted in {len(roots.roots)} root(s)")


def multi_round(_ctx: Context, answers: Answers, state: str | None) -> Wire:
    if state == "round-2" and (answer := answered(answers, "step2", types.ElicitResult)):
        return done(f"Colour: {field(answer, 'color')}")
    if state == "round-1" and answered(answers, "step1", types.ElicitResult):
        question = form("Step 2: What is your favorite color?", "color")
        return needed({"step2": question}, "round-2")
    return needed({"step1": form("Step 1: What is your name?", "name")}, "round-1")


def capabilities(ctx: Context, answers: Answers, _state: str | None) -> Wire:
    declared = ctx.session.client_capabilities or types.ClientCapabilities()
    questions: Wire = {}
    if declared.elicitation is not None:
        questions["user_name"] = ASK_NAME
    if declared.sampling is not None:
        questions["greeting"] = sample("Generate a greeting", 50)
    if not questions or questions.keys() <= answers.keys():
        return done("Nothing to ask.")
    return needed(questions)


ROUNDS = {
    "test_streaming_elicitation": elicitation,
    "test_input_required_result_elicitation": elicitation,
    "test_input_required_result_sampling": sampling,
    "test_input_required_result_list_roots": list_roots,
    "test_input_required_result_request_state": request_state,
    "test_input_required_result_multiple_inputs": multiple_inputs,
    "test_input_required_result_multi_round": multi_round,
    "test_input_required_result_tampered_state": request_state,
    "test_input_required_result_capabilities": capabilities,
}


def prompt_with_context(answers: Answers) -> Wire:
    answer = answered(answers, "user_context", types.ElicitResult)
    if answer is None:
        question = form("What context should the prompt use?", "context")
        return needed({"user_context": question})
    words = text(f"Use this context: {field(answer, 'context')}")
    return {"messages": [{"role": "user", "content": words}]}
