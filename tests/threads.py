"""Work done beside the test in threads, each with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, connections

SECONDS = 30  # nothing here takes one; a thread that waits longer is stuck
# Who waits for somebody else, in another database of the suite's server too, is not meant.
WAITING = """
    SELECT pg_sleep(0.005), (
        SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))
"""


class Beside:
    """Starts work in threads; `start` returns its future, `do` waits for its result."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool = pool

    def start(self, work: Callable, *arguments) -> Future:
        return self.pool.submit(self._with_own_connection, work, *arguments)

    def do(self, work: Callable, *arguments):
        return self.start(work, *arguments).result(SECONDS)

    @staticmethod
    def _with_own_connection(work: Callable, *arguments):
        try:
            return work(*arguments)
        finally:
            connections.close_all()


@contextmanager
def beside():
    with ThreadPoolExecutor(4) as pool:
        yield Beside(pool)


def wait_until_a_lock_is_waited_for():
    """Return once somebody beside waits for what this test's transaction holds."""
    with connection.cursor() as cursor:
        for _try in range(2000):
            cursor.execute(WAITING)
            if cursor.fetchone()[1]:
                return
    raise AssertionError("nobody waits")
