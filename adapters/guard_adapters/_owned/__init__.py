"""Whether a file is this process's own, and nobody else can read it: what may hold a secret."""

import os
import stat


def is_private(seen: os.stat_result) -> bool:
    """Return whether a file is a plain one, of this user, that no group and nobody else reads."""
    return stat.S_ISREG(seen.st_mode) and seen.st_uid == os.geteuid() and not seen.st_mode & 0o077
