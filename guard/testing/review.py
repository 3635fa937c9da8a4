"""A view of a question, for tests of what shows one: the real builder, on facts made up here."""

from collections.abc import Mapping

from guard.model.call import ArgSpec, Json, ToolCall, ToolSpec, argument_bytes
from guard.model.decision import Requirement
from guard.model.facts import ProvFacts
from guard.model.review import Blast, Chain, Gives, ReviewView, Standing, WhyAsked
from guard.policy.argued import arguments_of

ASKED = Requirement(rule="PAY-1", reason="amount", kind="self")


def a_view(
    arguments: Mapping[str, Json],
    *,
    effect: str = "Pay",
    prov: ProvFacts | None = None,
    args: Mapping[str, ArgSpec] | None = None,
    before: Mapping[str, Json] | None = None,
    chain: Chain | None = None,
    asked: Requirement = ASKED,
    action: str = "ledger/pay",
) -> ReviewView:
    """Return the view of one call of an agent called `bot`, for the person `i|ada`."""
    server, _, tool = action.partition("/")
    sent = argument_bytes(arguments)
    call = ToolCall(id="call_1", session="gs_1", server=server, tool=tool, arguments=sent)
    spec = ToolSpec(server=server, tool=tool, effect=frozenset({"write"}), args=args or {})
    earlier = b"" if before is None else argument_bytes(before)
    return ReviewView(
        effect=effect,
        server=server,
        tool=tool,
        asked_ms=1_767_607_200_000,
        why=(
            WhyAsked(
                rule=asked.rule,
                reason=asked.reason,
                where="10-pay.cedar:3",
                kind=asked.kind,
                groups=tuple(sorted(asked.groups)),
                quorum=asked.quorum,
                match=asked.match,
            ),
        ),
        arguments=arguments_of(call, spec, prov or ProvFacts(), before=earlier),
        bytes_sha256=call.bytes_sha256,
        blast=Blast(
            reversible="no",
            targets=1,
            amount_minor=-1,
            currency="",
            scale=0,
            environment="",
            destinations=(),
        ),
        chain=chain or Chain(opened_ms=1_767_600_000_000, step=1),
        standing=Standing(
            agent="bot",
            principal="i|ada",
            workload="",
            attested=False,
            device="",
            compliant=False,
            device_age_s=0,
            session="gs_1",
        ),
        gives=Gives(grant_ttl_s=60, credential="none", binding=0, audience="", scopes=()),
    )
