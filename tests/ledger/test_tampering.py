"""Whatever someone does who may switch triggers and constraints off, the walk names the first bad entry."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from ledger.models import LedgerEntry, LedgerHead
from ledger.services import verify
from tests.ledger.chains import COUNTY, forged, hash_of


@pytest.fixture
def unguarded(whole):
    """The same as someone who may switch triggers off would find it."""
    with connection.cursor() as cursor:
        for table in ("ledger_ledgerentry", "ledger_ledgerhead"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE ledger_ledgerentry DROP CONSTRAINT ledger_entry_number_once")
        cursor.execute("ALTER TABLE ledger_ledgerentry DROP CONSTRAINT ledger_entry_never_forks")
    return LedgerEntry.objects.filter(chain=COUNTY)


def found() -> list[tuple[str, int]]:
    return [(problem.chain, problem.sequence) for problem in verify()]


def resealed(sequence: int, **changes) -> None:
    """Change an entry as a forger who knows the format would: with a hash that fits."""
    entry = LedgerEntry.objects.get(chain=COUNTY, sequence=sequence)
    for name, value in changes.items():
        setattr(entry, name, value)
    entry.hash = hash_of(entry)
    entry.save()


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "x"}, {"action": "x"}, {"subject": "x"}, {"detail": '{"a":"王庄", "b":3}'}, {"hash": "a" * 64},
        {"at": datetime(2026, 1, 1, tzinfo=UTC)}, {"previous": "a" * 64},
    ],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
@pytest.mark.parametrize("sequence", [1, 3, 7])
def test_an_edited_entry_is_named(unguarded, changes, sequence):
    unguarded.filter(sequence=sequence).update(**changes)

    assert found() == [(COUNTY, sequence)]


def test_a_microsecond_matters(unguarded):
    entry = unguarded.get(sequence=3)
    unguarded.filter(sequence=3).update(at=entry.at + timedelta(microseconds=1))

    assert found() == [(COUNTY, 3)]


@pytest.mark.parametrize("sequence", [1, 3, 6, 7])
def test_an_entry_replaced_with_a_fitting_hash_is_named(unguarded, sequence):
    resealed(sequence, actor="x")

    assert found() == [(COUNTY, sequence)]


def test_an_entry_given_another_predecessor_is_named(unguarded):
    resealed(4, previous="a" * 64)

    assert found() == [(COUNTY, 4)]


@pytest.mark.parametrize("sequence", [1, 3, 6])
def test_a_deleted_entry_is_named(unguarded, sequence):
    unguarded.filter(sequence=sequence).delete()

    assert found() == [(COUNTY, sequence)]


def test_a_deleted_entry_is_named_where_the_later_ones_moved_up(unguarded):
    unguarded.filter(sequence=3).delete()
    for sequence in range(4, 8):
        unguarded.filter(sequence=sequence).update(sequence=sequence - 1)

    assert found() == [(COUNTY, 3)]


@pytest.mark.parametrize("known", [True, False])
def test_an_inserted_entry_is_named(unguarded, known):
    for sequence in range(7, 3, -1):
        unguarded.filter(sequence=sequence).update(sequence=sequence + 1)
    forged(4, unguarded.get(sequence=3).hash if known else "a" * 64)

    assert found() == [(COUNTY, 4)]


@pytest.mark.parametrize(("one", "other"), [(3, 4), (2, 6)])
def test_entries_that_changed_places_are_named(unguarded, one, other):
    unguarded.filter(sequence=one).update(sequence=99)
    unguarded.filter(sequence=other).update(sequence=one)
    unguarded.filter(sequence=99).update(sequence=other)

    assert found() == [(COUNTY, one)]


@pytest.mark.parametrize("left", [0, 4, 6])
def test_a_cut_tail_is_seen_because_the_head_disagrees(unguarded, left):
    unguarded.filter(sequence__gt=left).delete()

    assert found() == [(COUNTY, left + 1)]


def test_a_head_set_back_is_seen_by_the_entries_it_does_not_know(unguarded):
    LedgerHead.objects.filter(chain=COUNTY).update(sequence=5, hash=unguarded.get(sequence=5).hash)

    assert found() == [(COUNTY, 6)]


def test_a_head_with_another_hash_is_named(unguarded):
    LedgerHead.objects.filter(chain=COUNTY).update(hash="a" * 64)

    assert found() == [(COUNTY, 7)]


def test_a_head_that_is_gone_is_named(unguarded):
    LedgerHead.objects.filter(chain=COUNTY).delete()

    assert found() == [(COUNTY, 1)]


def test_an_entry_added_after_the_head_is_named(unguarded):
    forged(8, unguarded.get(sequence=7).hash)

    assert found() == [(COUNTY, 8)]


def test_one_chain_can_be_asked_for(unguarded):
    unguarded.filter(sequence=2).update(actor="x")

    assert verify("system") == []
    assert [str(problem) for problem in verify(COUNTY)]
    assert verify("nothing here") == []
