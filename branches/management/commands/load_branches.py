"""Create or update branches from a file."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from branches.loading import load_branches
from branches.operator import OPERATOR, plain_errors


class Command(BaseCommand):
    help = "Create or update branches from FILE (CSV or .xlsx)."

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *, file, **options):
        with plain_errors():
            loaded = load_branches(file, by=OPERATOR)
        counts = {"rows": loaded.rows, "created": loaded.created, "changed": loaded.changed}
        self.stdout.write(_("%(rows)s rows: %(created)s new, %(changed)s changed") % counts)
