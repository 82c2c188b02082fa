"""What every test may need; servers come from embedded.pytest_services."""

import pgtrigger
from django.test import TransactionTestCase

flush_tables = TransactionTestCase._fixture_teardown


def empty_past_the_guards(self):
    """Tables that are never truncated are, between tests."""
    with pgtrigger.ignore():
        flush_tables(self)


TransactionTestCase._fixture_teardown = empty_past_the_guards
