"""Celery's door: each task names ids, calls one service and may run twice."""

from celery import shared_task

from evaluations.services import runs


@shared_task
def rate_county(round_id: int, county_code: str) -> None:
    """Bring one county's results up to date."""
    runs.rate_if_due(round_id, county_code)


@shared_task
def reconcile() -> None:
    """Send out what PostgreSQL says is due: the broker may have lost everything else."""
    runs.publish_due()
    runs.end_empty_runs()
