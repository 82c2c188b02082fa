"""The ranking file."""

import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from branches.operator import region_named
from evaluations.operator import round_named
from evaluations.services.export import write_ranking


class Command(BaseCommand):
    help = "Write the ranking of the round SLUG as CSV."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("--county", metavar="CODE")
        parser.add_argument("--output", metavar="FILE")

    def handle(self, *, slug, county, output, **options):
        evaluation = round_named(slug)
        if county and not evaluation.counties.filter(county=region_named(county)).exists():
            raise CommandError(_("The county %(code)s takes no part in this round.") % {"code": county})
        if not output:
            write_ranking(self.stdout, evaluation, county)
            return
        try:
            write_whole(Path(output), evaluation, county)
        except OSError as error:
            raise CommandError(
                _("%(file)s can't be written: %(why)s") % {"file": output, "why": error.strerror}
            ) from None


def write_whole(path: Path, evaluation, county: str | None) -> None:
    """Write beside the file and put it in its place at the end: nobody ever reads half a ranking."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="utf-8", newline="", delete=False) as file:
        try:
            write_ranking(file, evaluation, county)
            file.close()
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
