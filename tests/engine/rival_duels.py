"""Two at once, one of whom is stopped just before a statement until the other is done or waits for it.

Every way in which two can wait for each other, or write what the other has read, shows when one of them is stopped at
each statement that locks or writes. Needs PostgreSQL, which says who waits for whom.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

HOT = "warehouses_stock|giftcards_giftcard|discounts_voucher|checkout_checkout|orders_order|payments_transactionitem"
LOCKS = re.compile(r'FOR UPDATE OF "(\w+)"')
WRITES = re.compile(rf'^(?:UPDATE|DELETE FROM|INSERT INTO) "(engine_(?:{HOT}))"')
Job = Callable[[], Any]


class Duel:
    """Two threads with a connection each, and the one that watches them."""

    def __init__(self) -> None:
        self.first, self.second = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self.second_pid = self.second.submit(_backend).result()
        self.first.submit(_backend).result()

    def fight(self, stop: int, first: Job, second: Job) -> tuple[Any, Any, bool]:
        """Do both, the first stopped before its statement number `stop`; say at last whether it came so far."""
        pause = _Pause(stop)
        one: Future[Any] = self.first.submit(pause.run, first)
        pause.reached.wait()
        other: Future[Any] = self.second.submit(second)
        while not other.done() and not self._waits():
            threading.Event().wait(0.002)
        pause.go_on.set()
        return one.result(), other.result(), pause.stopped

    def _waits(self) -> bool:
        from django.db import connections

        with connections["engine"].cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [self.second_pid])
            return bool(cursor.fetchone()[0])


class _Pause:
    """Stops its thread before one statement, once."""

    def __init__(self, stop: int) -> None:
        self.stop, self.seen, self.stopped = stop, 0, False
        self.locked: set[str] = set()
        self.reached, self.go_on = threading.Event(), threading.Event()

    def run(self, job: Job) -> Any:
        from django.db import connections

        try:
            with connections["engine"].execute_wrapper(self._watch):
                return job()
        finally:
            self.reached.set()

    def _watch(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self._matters(sql):
            if self.seen == self.stop:
                self.stopped = True
                self.reached.set()
                self.go_on.wait()
            self.seen += 1
        return execute(sql, params, many, context)

    def _matters(self, sql: str) -> bool:
        """Say whether the statement locks, or writes to a table nothing of which was locked before."""
        if lock := LOCKS.search(sql):
            self.locked.add(lock[1])
            return True
        write = WRITES.match(sql)
        return write is not None and write[1] not in self.locked


def _backend() -> int:
    from django.db import connections

    connections["engine"].ensure_connection()
    with connections["engine"].cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '50ms'")
        cursor.execute("SET lock_timeout = '120s'")
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
