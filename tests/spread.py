"""Which tests one process has, so that what they start stands once: a file of them, or a folder."""

from xdist.scheduler import LoadFileScheduling

TOGETHER = {"tests/browser", "tests/adapters/issuer", "tests/architecture"}
"""Folders whose files share what takes long to start, as a browser, or to read, as all sources."""


class Spread(LoadFileScheduling):
    """As `--dist loadfile`, with the files of some folders as one.

    Of eleven thousand tests, what xdist looks for from the start each time is looked up, and what
    is done is counted no more.
    """

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        folder = file.rpartition("/")[0]
        return folder if folder in TOGETHER else file

    def schedule(self):
        """Give out the tests, which every process has collected alike."""
        if self.collection is None:
            collected, *_ = self.registered_collections.values()
            self._places = {nodeid: at for at, nodeid in enumerate(collected)}
        super().schedule()

    def _assign_work_unit(self, node):
        scope, unit = self.workqueue.popitem(last=False)
        self.assigned_work.setdefault(node, {})[scope] = unit
        node.send_runtest_some([self._places[one] for one, done in unit.items() if not done])

    def mark_test_complete(self, node, item_index, duration=0):
        """Forget a test that is done."""
        nodeid = self.registered_collections[node][item_index]
        scope = self._split_scope(nodeid)
        del self.assigned_work[node][scope][nodeid]
        if not self.assigned_work[node][scope]:
            del self.assigned_work[node][scope]
        self._reschedule(node)
