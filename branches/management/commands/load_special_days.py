"""Load holidays and worked weekends: the schedule that comes with the portal, or a file."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from branches.calendar import SCHEDULE, load_special_days
from branches.operator import OPERATOR, plain_errors


class Command(BaseCommand):
    help = "Load holidays and worked weekends from FILE (CSV or .xlsx: day,working,name); 2025 and 2026 come along."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", default=str(SCHEDULE))

    def handle(self, *, file, **options):
        with plain_errors():
            loaded = load_special_days(file, by=OPERATOR)
        counts = {"rows": loaded.rows, "created": loaded.created, "changed": loaded.changed}
        self.stdout.write(_("%(rows)s rows: %(created)s new, %(changed)s changed") % counts)
