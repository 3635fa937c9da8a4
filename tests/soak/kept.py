"""What heavy loops counted, kept beside the figures of benches: `make soak` says in which file.

Each entry has the day, and the digest of the house as it stood when the loop began. Without
`GUARD_SOAK_RESULTS` it is only printed.
"""

import fcntl
import json
import os
from datetime import UTC, datetime

from bench.kept import DIGEST, ROOT, made_of

BEGAN = made_of("soak")


def keep(name, **counts):
    """Print the counts of one loop and keep them under its name."""
    print(f"{name}: {json.dumps(counts)}")
    where = os.environ.get("GUARD_SOAK_RESULTS")
    if where:
        day = datetime.now(UTC).date().isoformat()
        _entered(ROOT / where, name, {DIGEST: BEGAN, "date": day, **counts})


def _entered(path, name, entry):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:  # two loops may end at once
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        held = json.loads(file.read() or "{}")
        held[name] = entry
        file.truncate(0)
        file.write(json.dumps(dict(sorted(held.items())), indent=1) + "\n")
