"""What a remote decision point may do to our answer: make it stricter, and never milder.

It asks nobody: the answer is an argument.
"""

from dataclasses import replace

from guard.model.decision import Allow, Decision, Deny, Narrow, StepUp


def tightened(here: Decision, remote: Decision, arguments: bytes) -> Decision:
    """Return our answer, made stricter by the remote one and never milder in any part.

    Bytes that another decision point made up cannot be compared with ours, so its narrowing is an
    obligation that we cannot keep. What it wants people to be asked is asked of our bytes.
    """
    match remote:
        case Allow():
            return here
        case Deny():
            return remote
        case Narrow(reasons=reasons):
            return Deny(code="obligation_unsupported", reasons=reasons, basis=here.basis)
        case StepUp():
            return _asked_too(here, remote, arguments)


def _asked_too(here: Decision, remote: StepUp, sent: bytes) -> Decision:
    match here:
        case Allow():
            return replace(remote, arguments=sent, applied=(), basis=here.basis)
        case Narrow(arguments=arguments, applied=applied):
            return replace(remote, arguments=arguments, applied=applied, basis=here.basis)
        case StepUp():
            wanted = dict.fromkeys((*here.requirements, *remote.requirements))
            why = dict.fromkeys((*here.reasons, *remote.reasons))
            return replace(here, requirements=tuple(wanted), reasons=tuple(why))
        case Deny():
            return here
