"""Values of a round from a file."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from branches.operator import OPERATOR, plain_errors
from evaluations.importing import load_values
from evaluations.models import RATERS
from evaluations.operator import round_named


class Command(BaseCommand):
    help = "Load values of the round SLUG from FILE (CSV or .xlsx) as one rater's."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("file")
        parser.add_argument("--as", dest="rater", choices=RATERS, default=RATERS[0])
        parser.add_argument("--dry-run", action="store_true", help="only check the file")

    def handle(self, *, slug, file, rater, dry_run, **options):
        evaluation = round_named(slug)
        with plain_errors():
            recorded = load_values(evaluation, file, rater=rater, by=OPERATOR, dry_run=dry_run)
        if dry_run:
            self.stdout.write(_("The file has no errors; nothing was loaded."))
        else:
            self.stdout.write(_("%(changed)s values changed") % {"changed": recorded.total})
