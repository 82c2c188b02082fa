"""A whole chain for the ledger's tests."""

import pytest

from ledger.services import verify
from tests.ledger.chains import write


@pytest.fixture
def whole(db):
    """A chain of seven entries, and another that must never be blamed."""
    entries = [write(number=number) for number in range(1, 8)]
    write(chain="system")
    assert verify() == []
    return entries
