"""`guard audit verify --replay`: recorded decisions, decided again by the policy of guard.yaml."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping

from guard.replay.logged import Again, DecidedAgain, decided_again
from guard_adapters._shown import shown
from guard_adapters.store.log import LogRows
from guard_adapters.wiring.load import load

_UNTOLD = {
    Again.BEFORE_RULES: "refused before any rule was read, of arguments that were not kept",
    Again.NARROWED: "narrowed by an older guard, which kept nothing of what was left",
    Again.ERASED: "their facts were erased",
}


def replayed(args: argparse.Namespace, found: LogRows) -> bool:
    """Print how the recorded decisions compare; return whether none comes out otherwise.

    Raises:
        Unusable: the policy, or the facts of a decision, cannot be read.
    """
    bundle = load(args.config).bundle
    every = list(decided_again(bundle, found.leaves, found.sides))
    counts = Counter(one.again for one in every)
    wrong = [one for one in every if one.again is Again.DIFFERENT]
    others = Counter(one.bundle for one in every if one.again is Again.OTHER_RULES)
    if args.json:
        for one in wrong:
            print(json.dumps({"finding": "decision_differs", "seq": one.seq, "text": _text(one)}))
        counted = {name.value: counts[name] for name in Again}
        print(json.dumps({"replayed": counted, "bundle": bundle.digest, "judged_by": others}))
        return not wrong
    for one in wrong:
        print(f"decision_differs: {_text(one)}")
    print(f"{counts[Again.SAME]} decisions come out the same, {len(wrong)} do not")
    for line in _others(bundle.digest, others):
        print(line)
    for name, why in _UNTOLD.items():
        if counts[name]:
            print(f"{counts[name]} were not compared: {why}")
    return not wrong


def _others(now: str, others: Mapping[str, int]) -> Iterator[str]:
    """Yield how many decisions were not replayed because others judged them, and by what."""
    if not others:
        return
    yield f"{sum(others.values())} were not replayed: judged by another bundle than {now} in force"
    for digest, count in others.items():
        older = ", under an older guard" if digest == now else ""
        yield shown(f"  {count} by {digest}{older}")
    yield "  To replay them, name the guard.yaml of that time with --config."


def _text(one: DecidedAgain) -> str:
    said = f"Leaf {one.seq}: call {one.call!r} was {one.recorded}, and is {one.now} now."
    return shown(said)
