"""Rating while others edit, rate and seal: real connections in real threads (reliability.md C-11, C-12)."""

import json
import threading
from decimal import Decimal

import pytest
from django.db import connection, transaction

from branches.models import Branch
from evaluations.models import Rating, RatingMark, SealedCounty, Value
from evaluations.services import columns, rating
from evaluations.services.seal import seal_county
from tests import factories
from tests.evaluations import oracle
from tests.evaluations.rounds import COUNTY, assert_rows_are_right, give, rate
from tests.threads import SECONDS, beside

pytestmark = pytest.mark.django_db(transaction=True)
EDITS = 60
GROWTH, SHARE = (oracle.DERIVED.index(place) for place in (2, 5))  # CY-03 of CY-01; CY-06 per 100 households


@pytest.fixture
def others():
    with beside() as threads:
        yield threads


@pytest.fixture
def evaluation():
    """Two branches whose income has grown by a tenth and whose co-op holds a fifth of the households."""
    rated, standard = factories.branches(2), factories.criteria_set()
    last = factories.round_of(rated, slug="r2025", year=2025, criteria_set=standard)
    this = factories.round_of(rated, slug="r2026", criteria_set=standard, previous=last)
    for branch in rated:
        give(last, branch, "CY-01", 100)
        give(this, branch, "CY-01", 110)
        give(this, branch, "CY-06", 100)
    return this


def edit(evaluation, step):
    """Move both years' incomes, and co-op and households, in one transaction: growth and share stay as they are."""
    with transaction.atomic():
        change(evaluation.previous, "CY-01", 100 + 10 * step)
        change(evaluation, "CY-01", 110 + 11 * step)
        change(evaluation, "CY-06", 100 + step)
        Branch.objects.update(households=500 + 5 * step)


def change(evaluation, code, number):
    Value.objects.filter(round=evaluation, criterion__code=code).update(reported_number=Decimal(number))


def is_torn(evaluation) -> bool:
    bases = Rating.objects.filter(round=evaluation).values_list("basis", flat=True)
    return any((basis[GROWTH], basis[SHARE]) != (100_000, 200_000) for basis in bases)


def lock_without_snapshot(round_id, county_code):
    """The guard switched off: PostgreSQL's default isolation."""
    rating.hold_lock(round_id, county_code)


def snapshot_without_lock(round_id, county_code):
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def neither_snapshot_nor_lock(round_id, county_code):
    """Both guards switched off."""


def torn_ratings(evaluation, others, monkeypatch) -> int:
    """Rate EDITS times with an edit committed between the reads of each; count the results that never were true."""
    steps, read = iter(range(1, 10 * EDITS)), columns.copy_values

    def read_after_an_edit(*arguments):
        others.do(edit, evaluation, next(steps))
        return read(*arguments)

    monkeypatch.setattr(columns, "copy_values", read_after_an_edit)
    torn = 0
    for _turn in range(EDITS):
        rate(evaluation)
        torn += is_torn(evaluation)
    return torn


def test_a_rating_sees_one_state_of_the_values_however_they_move(evaluation, others, monkeypatch):
    assert torn_ratings(evaluation, others, monkeypatch) == 0


def test_without_the_snapshot_the_same_edits_tear_every_rating(evaluation, others, monkeypatch):
    monkeypatch.setattr(rating, "take_snapshot", lock_without_snapshot)

    assert torn_ratings(evaluation, others, monkeypatch) == EDITS


def test_ratings_in_a_running_stream_of_edits_are_never_torn_and_end_with_the_newest(evaluation, others):
    enough = threading.Event()

    def keep_editing():
        step = 0
        while not enough.is_set():
            step += 1
            edit(evaluation, step)
        return step

    editing = others.start(keep_editing)
    torn = 0
    try:
        for _turn in range(EDITS):
            rate(evaluation)
            torn += is_torn(evaluation)
    finally:
        enough.set()

    assert editing.result(SECONDS) > EDITS / 4 and torn == 0
    rate(evaluation)
    assert not RatingMark.objects.filter(round=evaluation).exists()
    assert_rows_are_right(evaluation)


class Pause:
    """Stops the first rating between its reading and its writing until let go."""

    def __init__(self, evaluation, others, monkeypatch):
        self.evaluation, self.others, self.write = evaluation, others, rating.write_changes
        self.reached, self.go, self.writes = threading.Event(), threading.Event(), 0
        monkeypatch.setattr(rating, "write_changes", self.write_when_let_go)

    def write_when_let_go(self, *arguments):
        self.writes += 1
        if not self.reached.is_set():
            self.reached.set()
            assert self.go.wait(SECONDS)
        return self.write(*arguments)

    def begin(self):
        self.rating = self.others.start(rate, self.evaluation)
        assert self.reached.wait(SECONDS)

    def end(self):
        self.go.set()
        return self.rating.result(SECONDS)


@pytest.fixture
def older(evaluation, others, monkeypatch):
    """A rating that will have read an edit and then stop before it writes."""
    rate(evaluation)
    edit_one(evaluation, 150)
    pause = Pause(evaluation, others, monkeypatch)
    yield pause
    pause.go.set()


def edit_one(evaluation, number):
    change(evaluation, "CY-01", number)


def newest(evaluation) -> bool:
    return oracle.stored(evaluation) == oracle.expected(evaluation)


def marks(evaluation) -> int:
    return RatingMark.objects.filter(round=evaluation).count()


def test_an_edit_during_a_rating_keeps_its_mark_for_the_next(evaluation, others, older):
    older.begin()
    others.do(edit_one, evaluation, 190)
    older.end()

    assert marks(evaluation) == 1 and not newest(evaluation)
    rate(evaluation)
    assert marks(evaluation) == 0 and newest(evaluation)


def test_an_edit_not_yet_committed_marks_when_it_is(evaluation, others):
    wrote, go = threading.Event(), threading.Event()

    def slow_edit():
        with transaction.atomic():
            edit_one(evaluation, 190)
            wrote.set()
            assert go.wait(SECONDS)

    rate(evaluation)
    editing = others.start(slow_edit)
    assert wrote.wait(SECONDS)
    assert rate(evaluation).changed == 0
    go.set()
    editing.result(SECONDS)

    assert marks(evaluation) == 1
    rate(evaluation)
    assert newest(evaluation)


def test_a_second_rating_waits_for_the_first_and_the_newest_values_win(evaluation, others, older):
    older.begin()
    others.do(edit_one, evaluation, 190)
    second = others.start(rate, evaluation)
    with pytest.raises(TimeoutError):
        second.result(0.3)
    older.end()
    second.result(SECONDS)

    assert newest(evaluation) and marks(evaluation) == 0


@pytest.mark.parametrize("stored", [True, False])
def test_without_the_lock_the_older_rating_fails_to_write_and_reads_again(
    evaluation, others, older, monkeypatch, stored
):
    if not stored:  # the first two ratings of a county: both add, none replaces
        Rating.objects.filter(round=evaluation)._raw_delete("default")
    monkeypatch.setattr(rating, "take_snapshot", snapshot_without_lock)
    older.begin()
    others.do(edit_one, evaluation, 190)
    others.do(rate, evaluation)
    older.end()

    assert older.writes == 3  # the older once, the newer, the older again on what is there now
    assert newest(evaluation) and marks(evaluation) == 0


def test_without_lock_and_snapshot_the_older_rating_would_win(evaluation, others, older, monkeypatch):
    monkeypatch.setattr(rating, "take_snapshot", neither_snapshot_nor_lock)
    older.begin()
    others.do(edit_one, evaluation, 190)
    others.do(rate, evaluation)
    assert newest(evaluation)
    older.end()

    assert not newest(evaluation) and marks(evaluation) == 0


def test_ratings_of_one_county_at_once_end_with_the_newest_values(evaluation, others):
    for step in range(1, 11):
        edit(evaluation, step)
        ready = threading.Barrier(3)
        both = [others.start(rate_at, ready, evaluation) for _ in range(2)]
        ready.wait(SECONDS)
        edit_one(evaluation, 110 + 11 * step)
        for one in both:
            one.result(SECONDS)

    rate(evaluation)
    assert newest(evaluation) and marks(evaluation) == 0


def rate_at(ready, evaluation):
    ready.wait(SECONDS)
    return rate(evaluation)


@pytest.mark.parametrize("commits", [True, False])
def test_a_seal_waits_for_edits_under_way_and_holds_what_they_left(evaluation, others, commits):
    wrote, go = threading.Event(), threading.Event()

    def slow_edit():
        with transaction.atomic():
            edit_one(evaluation, 190)
            wrote.set()
            assert go.wait(SECONDS)
            transaction.set_rollback(not commits)

    editing = others.start(slow_edit)
    assert wrote.wait(SECONDS)
    sealing = others.start(seal, evaluation)
    try:
        with pytest.raises(TimeoutError):
            sealing.result(0.3)
    finally:
        go.set()
    editing.result(SECONDS)
    sealing.result(SECONDS)

    sealed = json.loads(SealedCounty.objects.get().content)["inputs"]["units"]
    assert sealed[0][0] == (1_900_000 if commits else 1_100_000)
    assert newest(evaluation) and marks(evaluation) == 0


def seal(evaluation):
    return seal_county(evaluation, COUNTY, document="示组发〔2026〕9号", by="test")
