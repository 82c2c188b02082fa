"""Celery's door: each task names ids, calls one service and may run twice."""

from celery import shared_task

from branches.working_days import now
from evaluations.services import confirming, evidence, mailing, objectors, purging, reminding, runs, uploads
from evaluations.services.road import clock


@shared_task
def rate_county(round_id: int, county_code: str) -> None:
    """Bring one county's results up to date."""
    runs.rate_if_due(round_id, county_code)


@shared_task
def reconcile() -> None:
    """Send out what PostgreSQL says is due: the broker may have lost everything else."""
    runs.publish_due()
    runs.end_empty_runs()
    uploads.publish_uploads()


@shared_task
def close_entry() -> None:
    """Close entry where its time and every extension is over."""
    clock.close_overdue()


@shared_task
def read_upload(pk: int) -> None:
    """Read one file that somebody sent in."""
    uploads.read_if_due(pk)


@shared_task
def take_over_upload(pk: int) -> None:
    """Write what the sender of a file confirmed."""
    confirming.take_over_if_due(pk)


@shared_task
def purge() -> None:
    """Forget what was kept only for a while."""
    purging.purge()


@shared_task
def sweep_evidence() -> None:
    """Remove what uploads that were killed left half-written."""
    evidence.store().sweep()


@shared_task
def forget_objectors() -> None:
    """Erase how to reach who objected, and how often an address did, once the time for it is over."""
    objectors.forget()


@shared_task
def remind() -> None:
    """Tell what is due soon, or overdue."""
    reminding.remind_all()


@shared_task
def mail() -> None:
    """Mail the day's digest to who has one coming."""
    mailing.mail_digests(now())
