"""The demo county from files, through the same commands that a real county's files go through."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from branches.operator import OPERATOR
from demo.accounts import make_accounts
from demo.county import COUNTY
from demo.entry import begin_entry
from demo.files import BRANCHES_FILES, RATERS, REGIONS_FILE, values_file, write_files
from demo.rounds import (
    DOCUMENT,
    LAST_DOCUMENT,
    LAST_ROUND,
    ROUND,
    SEALING_DOCUMENT,
    STANDARD,
    is_loaded,
    refuse_other_data,
)
from demo.standard import CRITERIA_FILE, STARS_FILE
from demo.years import LAST, NOW
from evaluations.models import SealedCounty


class Command(BaseCommand):
    help = "Load the fictional demo county: last year sealed, this year open, and its accounts."

    def add_arguments(self, parser):
        parser.add_argument("--directory", type=Path, default=settings.BASE_DIR / "var" / "demo", help="for the files")

    def handle(self, *, directory, **options):
        if is_loaded():
            self.stdout.write(_("The demo county is loaded already; nothing changed."))
            return
        refuse_other_data()
        self.directory = directory
        self.write_files()
        self.run("load_special_days")
        self.run("load_regions", directory / REGIONS_FILE)
        if not SealedCounty.objects.filter(round__slug=LAST_ROUND).exists():
            self.load_last_year()
        self.load_this_year()
        made = make_accounts(by=OPERATOR)
        self.stdout.write(_("%(count)s demo accounts made") % {"count": made})
        if begin_entry():
            self.stdout.write(_("Entry begun: a deadline, branches submitted, one returned, an extension asked for"))

    def write_files(self):
        self.stdout.write(_("Writing the demo county's files to %(directory)s") % {"directory": shown(self.directory)})
        try:
            write_files(self.directory)
        except OSError as error:
            words = {"path": error.filename or self.directory, "reason": error.strerror}
            raise CommandError(_("%(path)s can't be written: %(reason)s") % words) from None

    def load_last_year(self):
        """A year that was decided on paper: loaded, rated, sealed."""
        self.run("load_branches", self.directory / BRANCHES_FILES[LAST])
        self.run("load_criteria", STANDARD, "--criteria", CRITERIA_FILE, "--stars", STARS_FILE, "--publish")
        self.open(LAST_ROUND, LAST, LAST_DOCUMENT)
        self.run("load_values", LAST_ROUND, self.directory / values_file(LAST, "reported"))
        self.run("seal_round", LAST_ROUND, "--document", SEALING_DOCUMENT)

    def load_this_year(self):
        """The open year: everything reported, then what others found."""
        self.run("load_branches", self.directory / BRANCHES_FILES[NOW])
        self.open(ROUND, NOW, DOCUMENT, "--previous", LAST_ROUND)
        for rater in RATERS:
            self.run("load_values", ROUND, self.directory / values_file(NOW, rater), "--as", rater)

    def open(self, slug, year, document, *more):
        place = ("--region", COUNTY, "--year", year, "--criteria", STANDARD)
        self.run("open_round", slug, *place, "--document", document, *more)

    def run(self, command, *arguments):
        """Run a command of the contract, and show how it would be typed."""
        self.stdout.write(self.style.HTTP_INFO(f"{command} {' '.join(map(shown, arguments))}"))
        call_command(command, *map(str, arguments), stdout=self.stdout, stderr=self.stderr)


def shown(argument) -> str:
    """A path below the project from there on; anything else as it is."""
    if isinstance(argument, Path) and argument.is_relative_to(settings.BASE_DIR):
        return str(argument.relative_to(settings.BASE_DIR))
    return str(argument)
