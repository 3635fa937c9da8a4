"""What a client brings back when it calls again: request states, and answers to questions.

Rule 1: a state opens for the caller, the upstream and the method that it was sealed for, and one
that names an approval for the same call only. Rule 2: nothing passes as an answer that nobody
asked for: what was asked travels in the state, and other answers are left out, as servers have to
ignore them. This file keeps nothing and decides no approval.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NoReturn

from guard.errors import GuardError
from guard.model.call import argument_bytes
from guard_adapters.front.mcp.elicitation.invite import GUARD_ID, Invitation, action_of
from guard_adapters.front.mcp.elicitation.seal import (
    NONCE_BYTES,
    RequestStateSeal,
    SealedState,
    SealRefusal,
)
from guard_adapters.front.mcp.elicitation.server_asks import Fields, fields_of, fits, refuse_unasked
from guard_adapters.front.mcp.front import Caller, GuardFront
from guard_adapters.front.mcp.judging.gate import Asked
from guard_adapters.front.mcp.protocol.wire import HTTP_STATUS, INVALID_PARAMS, WireRefused, refuse

Message = dict[str, Any]
_STATE: Final = "requestState"
_ANSWERS: Final = "inputResponses"
_FOREIGN: Final = "requestState was not issued for this request. Send it without requestState."


class StateOfAnother(WireRefused):
    """A genuine state of this caller, brought back with another call than the approved one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A request without what only the guard understands; `approval_id` if it answers for one."""

    message: Message
    approval_id: str = ""
    action: str = ""  # what the client says that the person did


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """The rounds of one caller at one upstream. `now_ms` is Unix time."""

    seal: RequestStateSeal
    who: str
    upstream: str
    now_ms: int
    unasked: bool = False  # whether answers pass of which nobody knows the question

    def opened(self, message: Message) -> Returned:
        """Return the request as the upstream may see it.

        Raises:
            WireRefused: -32602: the state was not issued for this request, or an answer holds
                what was not asked for.
            StateOfAnother: it was issued to this caller, for another call.
        """
        params = message.get("params") or {}
        if _STATE not in params and _ANSWERS not in params:
            return Returned(message=message)
        found = self._unsealed(params, message["method"])
        answers = params.get(_ANSWERS)
        if answers is not None and not isinstance(answers, Mapping):
            text = "inputResponses must be an object. Send each answer under its question's name."
            refuse(INVALID_PARAMS, "bad_input_responses", text)
        rest = {key: value for key, value in params.items() if key not in {_STATE, _ANSWERS}}
        if found.approval_id and found.binding != call_digest(message["method"], rest):
            status = HTTP_STATUS[INVALID_PARAMS]
            raise StateOfAnother(INVALID_PARAMS, _FOREIGN, status, "bad_request_state")
        kept = _kept(found, answers, unasked=self.unasked)
        if kept is not None:
            rest[_ANSWERS] = kept
        if found.upstream_state is not None:
            rest[_STATE] = found.upstream_state
        given = (answers or {}).get(GUARD_ID + found.approval_id)
        return Returned(
            message={**message, "params": rest},
            approval_id=found.approval_id,
            action=action_of(given),
        )

    def wrapped(self, message: Message, method: str) -> Message:
        """Return an upstream's answer with its request state sealed, and what it asks with it."""
        result = message.get("result")
        if not isinstance(result, Mapping):
            return message
        state, asked = result.get(_STATE), result.get("inputRequests")
        if not isinstance(state, str) and not isinstance(asked, Mapping):
            return message
        sealed = SealedState(
            method=method,
            upstream_state=state if isinstance(state, str) else None,
            questions=_questions(asked),
        )
        return {**message, "result": {**result, _STATE: self._sealed(sealed)}}

    def invitation(self, invitation: Invitation) -> Message:
        """Return the answer that sends a person to the page of an approval.

        What the call itself brought back to the upstream waits inside the state meanwhile.
        """
        asked: Asked = invitation.asked
        params = asked.params
        state, answers = params.get(_STATE), params.get(_ANSWERS)
        rest = {key: value for key, value in params.items() if key not in {_STATE, _ANSWERS}}
        sealed = SealedState(
            method=asked.method,
            upstream_state=state if isinstance(state, str) else None,
            approval_id=invitation.approval_id,
            binding=call_digest(asked.method, rest),
            answers=dict(answers) if isinstance(answers, Mapping) else None,
        )
        return invitation.input_required(self._sealed(sealed))

    def _sealed(self, state: SealedState) -> str:
        return self.seal.seal(
            state,
            principal=self.who,
            upstream=self.upstream,
            nonce=secrets.token_bytes(NONCE_BYTES),
            now_ms=self.now_ms,
        )

    def _unsealed(self, params: Mapping[str, Any], method: str) -> SealedState:
        if _STATE not in params:
            return SealedState(method=method)
        state = params[_STATE]
        found = (
            self.seal.unseal(state, principal=self.who, upstream=self.upstream, now_ms=self.now_ms)
            if isinstance(state, str)
            else SealRefusal.MALFORMED
        )
        if isinstance(found, SealRefusal) or found.method != method:
            _not_for_this()
        return found


async def opened_for(
    rounds: Rounds | None, message: Message, front: GuardFront, caller: Caller, handle: str
) -> Returned:
    """Return the request as the upstream may see it; what belongs to another call is told on.

    Args:
        rounds: None: nothing is ever asked on this way.
        message: as the client sent it.
        front: is told of an approval that is shown with another call.
        caller: who sent it.
        handle: of their session.

    Raises:
        WireRefused: as `Rounds.opened`.
    """
    try:
        return rounds.opened(message) if rounds else Returned(message=message)
    except StateOfAnother:
        with suppress(GuardError):  # the request is refused whatever comes of it
            await front.shown(caller, handle, "approval_elsewhere")
        raise


def call_digest(method: str, params: Mapping[str, Any]) -> str:
    """Return the digest of a call without its envelope: the same call again has the same one."""
    named = {key: value for key, value in params.items() if key != "_meta"}
    text = argument_bytes({"method": method, "params": named})
    return sha256(b"guard/same-call/v1\0" + text).hexdigest()


def _not_for_this() -> NoReturn:
    refuse(INVALID_PARAMS, "bad_request_state", _FOREIGN)


def _kept(
    found: SealedState, answers: Mapping[str, Any] | None, *, unasked: bool
) -> Message | None:
    """Return the answers that go up: those to what the upstream asked in the round before."""
    if found.approval_id:
        return None if found.answers is None else dict(found.answers)
    if answers is None:
        return None
    for key in answers.keys() & found.questions.keys():
        if not fits(answers[key], found.questions[key]):
            refuse_unasked()
    return {key: one for key, one in answers.items() if unasked or key in found.questions}


def _questions(asked: object) -> Mapping[str, Fields]:
    """Return what an upstream asks: the fields of each form, None where there is no form."""
    if not isinstance(asked, Mapping):
        return {}
    return {key: fields_of(each) for key, each in asked.items() if isinstance(key, str)}
