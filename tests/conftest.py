"""What every test may need; servers come from embedded.pytest_services."""

import pgtrigger
import pytest
from django.conf import settings
from django.test import TransactionTestCase

flush_tables = TransactionTestCase._fixture_teardown


def empty_past_the_guards(self):
    """Tables that are never truncated are, between tests."""
    with pgtrigger.ignore():
        flush_tables(self)


TransactionTestCase._fixture_teardown = empty_past_the_guards


@pytest.fixture(scope="session", autouse=True)
def own_files(tmp_path_factory):
    """Files of evidence that tests store lie apart from anybody's."""
    settings.EVIDENCE_ROOT = tmp_path_factory.mktemp("evidence")


def pytest_collection_modifyitems(items):
    """What takes longest begins first: handed out last, it would leave a core idle (`--no-loadscope-reorder`)."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
