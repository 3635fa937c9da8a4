"""A nightly batch under a mandate: what its host signed runs without a question, the rest waits.

    python examples/nightly_batch/main.py

The host signs: refunds only, three of them, up to 50 EUR each. The fourth and the large one are
outside, so a person would be asked; at night no person is there.
"""

import asyncio
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from guard.grant.contract import sign_contract
from guard.grant.signing import public_jwk
from guard.model.identity import Agent, Principal, Who
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.front.native import Native, Ran
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.local import Local, local

HERE = Path(__file__).parent
AMOUNTS = (1990, 4200, 90_000, 500, 700)
MANDATE: dict[str, Any] = {
    "purpose": "Refund what the courier lost",
    "mandate": True,
    "tools": ["shop/refund"],
    "calls": {"shop/refund": 3},
    "budget_minor": 20_000,
    "args": {"shop/refund": {"amount_minor": {"min": 1, "max": 5000}}},
}


async def signed(guard: Local, key: ec.EllipticCurvePrivateKey) -> None:
    """Let the host sign for the conversation `night`, and the agent present it."""
    handle = await guard.start("night")
    token = sign_contract(
        key,
        MANDATE,
        guard="guardcall",
        who=Who(principal=Principal(issuer="local", subject="ana"), agent=Agent(id="nightly")),
        session=handle,
        now_s=int(time.time()),  # noqa: TID251  an example has no clock of its own
    )
    caller = Caller(issuer="local", subject="ana", agent="nightly")
    await Desk(guard.wired).session(caller, handle, token.encode())


async def refund(guard: Local, number: int, amount_minor: int) -> str:
    """Make one refund, if the guard lets it."""

    async def run(judged: dict[str, Any]) -> str:
        return f"order {judged['number']}: {judged['amount_minor']} cents refunded"

    given = {"number": number, "amount_minor": amount_minor}
    native = Native(server="shop", tool="refund", arguments=given, session="night")
    answer = await guard.intake.around(native, run)
    return str(answer.result) if isinstance(answer, Ran) else answer.text.split()[0].strip(":")


async def work(folder: Path) -> None:
    """Play one night in `folder`."""
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    config = folder / "guard.yaml"
    public = json.dumps(public_jwk(key.public_key()))
    config.write_text(config.read_text().replace("intent_keys: []", f"intent_keys: [{public}]"))
    with local(config, person="ana", agent="nightly", tell=_ask) as guard:
        await signed(guard, key)
        for number, amount in enumerate(AMOUNTS, 1):
            print(f"{amount}: {await refund(guard, number, amount)}")


def _ask(_question: object) -> None:
    """Tell nobody: at night no person is there."""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(work(Path(name)))
