"""Everywhere that a secret must not be: each place collects, and the search knows them all."""

import io
import json
import logging
import traceback
from contextlib import contextmanager

import asyncpg
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

PLACES = ("logs", "exceptions", "reprs", "traces", "audit", "agent", "store")


class Places:
    """What was written, said and kept, by place."""

    def __init__(self):
        self.texts = {place: [] for place in PLACES}
        self._spans = io.StringIO()
        self._provider = TracerProvider()
        exporter = ConsoleSpanExporter(out=self._spans)
        self._provider.add_span_processor(SimpleSpanProcessor(exporter))
        self.tracer = self._provider.get_tracer("t")

    @contextmanager
    def logging(self):
        """Keep every record of every logger, as a handler with tracebacks would print it."""
        out = io.StringIO()
        handler = logging.StreamHandler(out)
        handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
        root = logging.getLogger()
        level, names = root.level, ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio")
        kept = {name: logging.getLogger(name).propagate for name in names}
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        for name in names:
            logging.getLogger(name).propagate = True
        try:
            yield
        finally:
            root.removeHandler(handler)
            root.setLevel(level)
            for name, propagate in kept.items():
                logging.getLogger(name).propagate = propagate
            self.texts["logs"].append(out.getvalue())

    def raised(self, error):
        """Keep all that a traceback would show of an exception, and what its chain holds."""
        self.texts["exceptions"] += traceback.format_exception(error)
        one = error
        while one is not None:
            self.texts["exceptions"].append(f"{one!r} {vars(one)}")
            one = one.__cause__ or one.__context__

    def shown(self, *things):
        self.texts["reprs"] += [repr(one) for one in things]

    def answered(self, raw):
        self.texts["agent"].append(raw if isinstance(raw, str) else raw.decode())

    async def logged(self, store):
        """Keep the audit log: leaves, and what stands beside them."""
        page = await store.log.page(0)
        self.texts["audit"] += [leaf.decode() for _, leaf in page.leaves]
        self.texts["audit"] += [str(side) for side in page.sides.values()]
        kinds = {json.loads(leaf)["kind"] for _, leaf in page.leaves}
        assert {"lease_reserved", "credential_issued", "credential_delivered"} <= kinds

    def dumped(self, folder):
        """Keep every byte of the files of an installation but its keys, as a crash leaves them."""
        found = [one for one in folder.rglob("*") if one.is_file() and one.parent.name != "keys"]
        self.texts["store"] += [one.read_bytes().decode("latin-1") for one in found]

    async def dumped_rows(self, url):
        """Keep every row of every table of a database."""
        db = await asyncpg.connect(url)
        try:
            tables = await db.fetch(
                "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
            assert tables
            for table in tables:
                rows = await db.fetch(f"SELECT t::text AS row FROM {table['name']} t")
                self.texts["store"] += [row["row"] or "" for row in rows]
        finally:
            await db.close()

    def close(self):
        assert self.texts["store"]
        self._provider.shutdown()
        self.texts["traces"].append(self._spans.getvalue())

    def holding(self, secret):
        """Return the places in which a secret is."""
        return {
            place for place, all_of in self.texts.items() if any(secret in one for one in all_of)
        }
