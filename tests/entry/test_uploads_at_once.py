"""Two imports at once (C-18), and two workers with one message: always as one after the other.

Both sides meet before they write, unless a lock keeps the second from coming so far; then the first goes on alone.
"""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest

from accounts.roles import Role
from evaluations.models import Upload, UploadState
from evaluations.services import confirming, gates, takeover
from evaluations.services.confirming import confirm
from evaluations.services.takeover import NotWritten, choice_of, take_over
from evaluations.tasks import take_over_upload
from evaluations.workbooks.comparing import Judging
from ledger.models import LedgerEntry
from tests import factories
from tests.entry import world
from tests.entry.sending import changed, filled, handed, kinds, sent, table
from tests.threads import beside

pytestmark = pytest.mark.django_db(transaction=True)
ALONE = 1  # seconds the first waits for the second


def meeting(monkeypatch, owner, name):
    """Let both meet before this step of theirs."""
    both, step = Barrier(2), getattr(owner, name)

    def met(*arguments, **more):
        with suppress(BrokenBarrierError):
            both.wait(ALONE)
        return step(*arguments, **more)

    monkeypatch.setattr(owner, name, met)


def take_both(*imports) -> list[bool]:
    """Which of these (upload, user) were written, both confirmed at once."""

    def take(upload, user):
        try:
            return bool(take_over(upload, user=user, choice=choice_of(upload)))
        except NotWritten:
            return False

    with beside() as threads:
        return [future.result(30) for future in [threads.start(take, *one) for one in imports]]


def test_two_imports_of_one_township_end_as_one_after_the_other(monkeypatch):
    county = world.build()
    mate = factories.person(Role.ENTRY_CLERK, factories.township(world.TOWN))
    one, content = county.mine[0].code, handed(county)
    first = sent(county, filled(content, {("WM-04", one): 1, ("PA-06", one): 1}))
    second = sent(county, filled(content, {("WM-04", one): 2, ("PA-06", one): 2}), by=mate)
    meeting(monkeypatch, Judging, "write")

    done = take_both((first, county.clerk), (second, mate))

    assert sorted(done) == [False, True]
    assert {county.value(code).reported_number for code in ("WM-04", "PA-06")} == {1 if done[0] else 2}
    loser = second if done[0] else first
    assert {kind for kind, *_rest in kinds(loser)} == {"conflict"}
    assert Upload.objects.filter(state=UploadState.APPLIED).count() == 1


def part_and_whole(township: bool):
    """(the county, two imports): a whole of 60 in one, its part of 80 in the other; of one township or of two units."""
    county = world.build(checks={"WM-04": f'{{"part_of": "{"ZB-10" if township else "CY-01"}"}}'})
    part = changed(county, WM_04=80), county.clerk
    if not township:
        return county, part, (table(county, f"code,CY-01\n{county.branches[0].code},60\n"), county.farms)
    mate = factories.person(Role.ENTRY_CLERK, factories.township(world.TOWN))
    whole = sent(county, filled(handed(county), {("ZB-10", county.mine[0].code): 60}), by=mate)
    return county, part, (whole, mate)


@pytest.mark.parametrize("township", [True, False])
def test_of_two_imports_of_a_whole_and_its_part_the_later_sees_the_first(monkeypatch, township):
    county, part, whole = part_and_whole(township)
    meeting(monkeypatch, Judging, "write")

    assert sorted(take_both(part, whole)) == [False, True]
    kept = [county.value(code) for code in ("WM-04", "ZB-10" if township else "CY-01")]
    assert kept.count(None) == 1


@pytest.mark.parametrize("township", [True, False])
def test_control_without_the_locks_a_part_above_its_whole_is_imported(monkeypatch, township):
    county, part, whole = part_and_whole(township)
    meeting(monkeypatch, Judging, "write")
    monkeypatch.setattr(takeover, "lock", lambda _key: None)
    monkeypatch.setattr(gates, "LOCK_ALONE", gates.LOCK)

    assert take_both(part, whole) == [True, True]


def confirmed(monkeypatch) -> tuple[world.World, Upload]:
    """Two values, left to a worker."""
    monkeypatch.setattr(confirming, "AT_ONCE", 2)
    county = world.build()
    upload = changed(county, WM_04=355, PA_06=3)
    confirm(upload, user=county.clerk, choice=choice_of(upload))
    return county, upload


def work_both(upload: Upload) -> None:
    with beside() as threads:
        for future in [threads.start(take_over_upload, upload.pk) for _worker in range(2)]:
            future.result(30)


def test_two_workers_with_one_message_each_write_once(monkeypatch):
    county, upload = confirmed(monkeypatch)
    meeting(monkeypatch, confirming, "write_chosen")

    work_both(upload)

    assert Upload.objects.get().state == UploadState.APPLIED
    assert (county.value("WM-04").reported_number, county.value("PA-06").reported_number) == (355, 3)
    assert LedgerEntry.objects.filter(action="upload.apply").count() == 1


def test_control_without_the_upload_s_lock_two_workers_take_it_over_twice(monkeypatch):
    _county, upload = confirmed(monkeypatch)
    meeting(monkeypatch, confirming, "write_chosen")
    rows = Upload.objects.select_related("county__round", "township", "department")
    monkeypatch.setattr(confirming, "held", lambda pk, state, **_options: rows.filter(pk=pk, state=state).first())

    work_both(upload)

    assert LedgerEntry.objects.filter(action="upload.apply").count() == 2
