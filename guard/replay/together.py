"""Recorded sessions in the order in which their calls came, as far as the record tells it.

Sessions that say when they started share the tallies of their people, agents and tasks, as they
did when they were recorded: their calls are judged in the order of time. A session without a start
is judged where it stands in the file, and is a task of its own.
"""

from collections.abc import Iterator, Sequence

from guard.errors import Unusable
from guard.policy.compile import Bundle
from guard.replay.judge import Judged, Options, judge_record
from guard.replay.shelf import Shelf
from guard.replay.trace import Record


class Replay:
    """All sessions of one replay.

    Args:
        bundle: the policy.
        options: how to replay.
        records: the sessions, as they follow each other in the file.
    """

    def __init__(self, bundle: Bundle, options: Options, records: Sequence[Record]) -> None:
        self._bundle = bundle
        self._options = options
        self._shelf = Shelf()
        self._early: dict[str, list[Judged]] = {}
        self._unusable: dict[str, Unusable] = {}
        if any(ledger.key != "session" for ledger in bundle.catalog.ledgers):
            self._in_time([one for one in records if one.start is not None])

    def judged(self, record: Record) -> list[Judged]:
        """Return the decision on every step of one session.

        Raises:
            Unusable: bad_trace, the recorded intent is none.
        """
        if record.session in self._unusable:
            raise self._unusable[record.session]
        early = self._early.pop(record.session, None)
        return [*self._course(record)] if early is None else early

    def _course(self, record: Record) -> Iterator[Judged]:
        return judge_record(self._bundle, record, self._options, self._shelf)

    def _in_time(self, records: Sequence[Record]) -> None:
        moments = [
            (at_ms, number, step)
            for number, record in enumerate(records)
            for step, at_ms in enumerate(record.moments_ms())
        ]
        running: dict[int, Iterator[Judged]] = {}
        for _, number, step in sorted(moments):
            record = records[number]
            if record.session in self._unusable:
                continue
            course = running.setdefault(number, self._course(record))
            try:
                self._early.setdefault(record.session, []).append(next(course))
            except Unusable as unusable:
                self._unusable[record.session] = unusable
            if step == len(record.steps) - 1:
                del running[number]
