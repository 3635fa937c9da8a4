"""Which tests one process has, so that what they start stands once: a file of them, or a folder."""

from pathlib import PurePosixPath

from xdist.scheduler import LoadFileScheduling

TOGETHER = {"tests/browser", "tests/adapters/issuer", "tests/architecture"}
"""Folders whose files share what takes long to start, as a browser, or to read, as all sources."""


class Spread(LoadFileScheduling):
    """As `--dist loadfile`, with the files of some folders as one."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        folder = str(PurePosixPath(file).parent)
        return folder if folder in TOGETHER else file
