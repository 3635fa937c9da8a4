"""What can go wrong, by whose fault, each with a stable code.

    GuardError
    |-- Refused              the guard says no: the caller reads `code`
    |   |-- NotAllowed       policy denied; carries the Deny
    |   |-- NotApproved      a person said no, nobody answered, or the yes no longer holds
    |   |-- NobodyToAsk      a rule asks people, and there is nobody who could answer
    |   `-- ApprovalPending  a person has been asked; call again with the same arguments
    |-- Unavailable          something the guard needs failed: nothing ran
    |   `-- SessionMoved     the session is not what the call was judged on
    `-- Unusable             what an operator wrote cannot be used: config, catalogue, policy

Wrapping code catches these; the guard never does, so that a bug cannot become permission.
"""

from collections.abc import Sequence

from guard.model.decision import Deny, Reason


class GuardError(Exception):
    """The root. `code` is stable, `message` says what was wrong, `next_step` what to do."""

    code = "guard_error"

    def __init__(self, message: str, *, code: str = "", next_step: str = "") -> None:
        super().__init__(message)
        self.code = code or type(self).code
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        """Return code, sentence and next step on one line."""
        tail = f" {self.next_step}" if self.next_step else ""
        return f"{self.code}: {self.message}{tail}"


class Refused(GuardError):
    """The guard says no to this call."""


class NotAllowed(Refused):
    """Policy denied the call; `answer` is the decision."""

    def __init__(self, answer: Deny, *, call_id: str = "") -> None:
        said, step = "", "Do not repeat it; choose another way or ask the person you work for."
        if answer.argument:  # by the schema's names: what came may be a secret in a wrong place
            said, step = f": argument {answer.argument!r}", "Correct the argument and call again."
        super().__init__(f"The call is not allowed{said}.", code=answer.code, next_step=step)
        self.answer = answer
        self.call_id = call_id


class NotApproved(Refused):
    """A person refused, nobody answered in time, or the approval no longer holds.

    `status` is one of denied, no_answer, revoked, ran (the same call did, and its answer was lost),
    unknown (it may have run); `reason_code` says why as a stable word, `until_ms` how long a no
    holds (Unix ms), `asked_s` how long people had, `ran_ms` when the same call ran (Unix ms).
    `approval_id` is empty where a no to an earlier call answers this one and its row is gone.
    """

    def __init__(
        self,
        approval_id: str,
        status: str,
        reason: str,
        *,
        retry_after_s: int = 0,
        reason_code: str = "",
        until_ms: int = 0,
        asked_s: int = 0,
        ran_ms: int = 0,
    ) -> None:
        of = f"Approval {approval_id!r}: {reason}" if approval_id else reason
        super().__init__(f"{of[:1].upper()}{of[1:]}.", code=f"approval_{status}")
        self.approval_id = approval_id
        self.status = status
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.reason_code = reason_code
        self.until_ms = until_ms
        self.asked_s = asked_s
        self.ran_ms = ran_ms


class NobodyToAsk(Refused):
    """Rules ask people, and nobody is there who could answer: nobody was asked, nothing is listed.

    `reasons` are why they ask.
    """

    def __init__(
        self, message: str, *, code: str, reasons: Sequence[Reason], next_step: str = ""
    ) -> None:
        super().__init__(message, code=code, next_step=next_step)
        self.reasons = tuple(reasons)


class ApprovalPending(Refused):
    """A person has been asked and has not answered within the hold time; nothing ran."""

    def __init__(self, approval_id: str, *, pending_until_ms: int, retry_after_s: int) -> None:
        super().__init__(
            f"Approval {approval_id!r} is pending.",
            code="approval_pending",
            next_step="Call the same tool with the same arguments again to keep waiting.",
        )
        self.approval_id = approval_id
        self.pending_until_ms = pending_until_ms
        self.retry_after_s = retry_after_s


class Unavailable(GuardError):
    """A store, sink, clock, approver, issuer or decision point failed: nothing ran."""

    code = "guard_unavailable"


class SessionMoved(Unavailable):
    """The session is not what the call was judged on: judge again."""

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"Session {session_id!r} changed while the call was let through.",
            code="state_conflict",
            next_step="Call again.",
        )


class Unusable(GuardError):
    """What an operator wrote cannot be used. `where` is a file and line, or a path into it."""

    code = "config_unusable"

    def __init__(
        self, message: str, *, code: str = "", where: str = "", next_step: str = ""
    ) -> None:
        super().__init__(message, code=code, next_step=next_step)
        self.where = where

    def __str__(self) -> str:
        """Return `where: code: sentence next step`."""
        text = super().__str__()
        return f"{self.where}: {text}" if self.where else text


def is_no(error: GuardError) -> bool:
    """Return whether an error counts as a denial.

    An open question is none, nor is word of another run, nor a no for nothing but earlier ones.
    """
    match error:
        case ApprovalPending():
            return False
        case NotApproved(status="no_answer" | "ran" | "unknown"):
            return False
        case NotAllowed():
            return error.answer.counts
        case _:
            return isinstance(error, Refused)
