"""The ledger only grows and never forks; the database refuses to rewrite it."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger.canonical import canonical_json, canonical_time, entry_hash
from ledger.models import GENESIS, LedgerEntry, LedgerHead
from ledger.services import append, database_clock, verify
from tests.ledger.chains import COUNTY, forged, write

THREADS = 8
EACH = 25


def test_an_entry_continues_the_one_before(db):
    first, second = write(number=1), write(number=2)

    head = LedgerHead.objects.get(chain=COUNTY)
    assert (first.sequence, first.previous) == (1, GENESIS)
    assert (second.sequence, second.previous) == (2, first.hash)
    assert (head.sequence, head.hash) == (2, second.hash)
    assert second.detail == '{"a":"王庄","b":2}'


def test_the_hash_covers_a_text_that_never_changes_its_form():
    at = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)

    assert canonical_time(at) == "2026-03-01T16:00:00.000000Z"
    assert canonical_json({"b": 1, "a": ["王", None]}) == '{"a":["王",null],"b":1}'
    assert entry_hash("c", 1, at, "a", "b", "s", "{}", GENESIS) == (
        "ee0e539288087c709bf18ac24326cf77b85e81457462a71cc4289822a7cc0122"
    )


def test_the_time_is_the_databases_clock_and_follows_the_order(db):
    before = database_clock()
    times = [write(number=number).at for number in range(3)]

    assert before < times[0] < times[1] < times[2] < database_clock()
    assert LedgerEntry.objects.order_by("sequence").first().at == times[0]


@pytest.mark.parametrize("detail", [{"a": float("nan")}, {"a": {1, 2}}, {"a": "\ud800"}])
def test_a_detail_that_json_cannot_hold_is_refused_and_leaves_nothing(db, detail):
    write()

    with pytest.raises((TypeError, ValueError)), transaction.atomic():
        append(chain=COUNTY, actor="a", action="b", subject="c", detail=detail)

    assert LedgerEntry.objects.count() == 1
    assert verify() == []


@pytest.mark.django_db(transaction=True)
def test_append_outside_a_transaction_is_refused():
    arguments = {"chain": COUNTY, "actor": "a", "action": "b", "subject": "c", "detail": {}}
    with transaction.atomic():
        append(**arguments)

    with pytest.raises(RuntimeError, match=r"transaction\.atomic"):
        append(**arguments)

    assert LedgerEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_leaves_no_entry():
    write()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        append(chain=COUNTY, actor="a", action="b", subject="c", detail={})
        append(chain="new", actor="a", action="b", subject="c", detail={})
        raise ZeroDivisionError

    assert LedgerEntry.objects.count() == LedgerHead.objects.count() == 1
    assert write().sequence == 2
    assert verify() == []


def many_at_once(work) -> int:
    """Run `work` in 8 threads, 25 times each; return how many failed on a constraint."""

    def run(_thread: int) -> int:
        failures = 0
        try:
            for number in range(EACH):
                try:
                    work(number)
                except IntegrityError:
                    failures += 1
        finally:
            connection.close()
        return failures

    with ThreadPoolExecutor(THREADS) as pool:
        failures = sum(pool.map(run, range(THREADS)))
    close_old_connections()
    return failures


@pytest.mark.django_db(transaction=True)
def test_eight_writers_never_fork_a_new_chain():
    failures = many_at_once(lambda number: write(number=number))

    assert failures == 0
    sequences = LedgerEntry.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, THREADS * EACH + 1))
    assert verify() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_heads_lock_writers_collide_on_the_constraints():
    write()

    def append_unlocked(number: int) -> None:
        with transaction.atomic():
            head = LedgerHead.objects.get(chain=COUNTY)
            database_clock()
            forged(head.sequence + 1, head.hash)
            last = LedgerEntry.objects.get(chain=COUNTY, sequence=head.sequence + 1)
            LedgerHead.objects.filter(chain=COUNTY).update(sequence=last.sequence, hash=last.hash)

    failures = many_at_once(append_unlocked)

    assert failures > 0
    assert verify() == []


@pytest.mark.django_db(transaction=True)
def test_verifying_while_others_append_finds_nothing():
    write()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(many_at_once, lambda number: write(number=number))
        while not writing.done():
            assert verify() == []

    assert writing.result() == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_ledgerentry SET actor = 'x' WHERE sequence = 3",
        "DELETE FROM ledger_ledgerentry WHERE sequence = 7",
        "TRUNCATE ledger_ledgerentry",
        "DELETE FROM ledger_ledgerhead",
        "TRUNCATE ledger_ledgerhead",
        "UPDATE ledger_ledgerhead SET sequence = sequence - 1",
        "UPDATE ledger_ledgerhead SET sequence = sequence + 2",
        "UPDATE ledger_ledgerhead SET hash = repeat('a', 64)",
        "UPDATE ledger_ledgerhead SET chain = 'other', sequence = sequence + 1 WHERE chain = 'system'",
        "INSERT INTO ledger_ledgerhead (chain, sequence, hash) VALUES ('new', 5, repeat('a', 64))",
    ],
)
def test_the_database_refuses_to_rewrite_the_ledger(whole, change):
    with pytest.raises(IntegrityError, match="ledger"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert verify() == []
    with pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:  # it is the trigger that refused
        cursor.execute(change)


@pytest.mark.parametrize(
    ("column", "value"),
    [("sequence", 7), ("previous", None), ("sequence", 0), ("hash", "A" * 64), ("hash", ""), ("previous", "x" * 64)],
)
def test_constraints_refuse_an_entry_that_forks_or_is_no_entry(whole, column, value):
    values = {"sequence": 8, "previous": whole[-1].hash, "hash": "a" * 64, "detail": "{}", "at": datetime.now(UTC)}
    values[column] = value if value is not None else whole[0].previous

    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerEntry.objects.create(chain=COUNTY, **values)

    assert verify() == []


def test_a_cost_of_appending_that_does_not_grow(whole):
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        transaction.atomic(),
    ):
        append(chain=COUNTY, actor="a", action="b", subject="c", detail={})

    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 4  # head under lock, clock, entry, head


def test_the_detail_reads_back_as_it_was_given(db):
    detail = {"files": ["值.csv"], "count": 3, "nothing": None, "text": "“a”\n"}
    with transaction.atomic():
        append(chain="system", actor="a", action="b", subject="c", detail=detail)

    assert json.loads(LedgerEntry.objects.get().detail) == detail
