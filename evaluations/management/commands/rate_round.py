"""Recompute a round and rank it, here or through the workers."""

from __future__ import annotations

import time

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from branches.operator import OPERATOR
from evaluations.management.progress import ProgressLine
from evaluations.models import RatingRun
from evaluations.models.job import RunState
from evaluations.operator import round_named
from evaluations.services.runs import cancel_run, end_empty_runs, forget_idle, publish_due, run_here, start_run

POLL = 0.2  # seconds between two looks at the run's row


class Command(BaseCommand):
    help = "Recompute and rank the round SLUG; --workers hands the counties to Celery and shows their progress."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("--workers", action="store_true")

    def handle(self, *, slug, workers, **options):
        evaluation = round_named(slug)
        started = time.monotonic()
        run = start_run(evaluation, by=OPERATOR)
        try:
            run = self.follow(run) if workers else self.rate_here(run)
        except KeyboardInterrupt:
            cancel_run(run, by=OPERATOR)
            raise CommandError(
                _("Stopped. Counties already rated keep their results; run it again to go on.")
            ) from None
        self.report(run, time.monotonic() - started)
        forget_idle(run)

    def rate_here(self, run: RatingRun) -> RatingRun:
        line = ProgressLine(self.stderr)
        run = run_here(run, look=line.show)
        line.end()
        return run

    def follow(self, run: RatingRun) -> RatingRun:
        """Wait for the workers, showing a bar; messages the broker lost are sent again."""
        line = ProgressLine(self.stderr)
        while run.state == RunState.RUNNING:
            try:
                publish_due()
            except (OperationalError, OSError):  # the broker is away: PostgreSQL keeps what is due
                self.stderr.write(_("The broker does not answer; waiting for it."))
            end_empty_runs()
            line.show(run)
            time.sleep(POLL)
            run.refresh_from_db()
        line.show(run)
        line.end()
        return run

    def report(self, run: RatingRun, seconds: float) -> None:
        counts = {
            "branches": run.branches_done,
            "seconds": f"{seconds:.1f}",
            "changed": run.changed,
            "parked": run.parked,
        }
        words = _("%(branches)s branches rated in %(seconds)s s, %(changed)s results changed, %(parked)s parked")
        if not run.changed and run.state == RunState.DONE and not run.failures:
            words = _("%(branches)s branches rated in %(seconds)s s, all results were up to date, %(parked)s parked")
        self.stdout.write(words % counts)
        failed = run.steps.filter(state="failed").values_list("county_id", "error")
        if failed or run.state != RunState.DONE:
            lines = [f"{county}: {error}" for county, error in failed]
            raise CommandError("\n".join([_("The round was not rated in full."), *lines]))
