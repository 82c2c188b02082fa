"""Give the portal's database role what it needs and nothing else."""

import sys

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from evaluations.services.database_role import RoleRefused, make, restrict


class Command(BaseCommand):
    help = "Let the database role NAME write what the portal writes, and never rewrite history; run as the owner."

    def add_arguments(self, parser):
        parser.add_argument("name")
        parser.add_argument(
            "--password-on-stdin", action="store_true",
            help="make the role where there is none and set its password, the first line of standard input",
        )  # fmt: skip

    def handle(self, *, name, password_on_stdin, **options):
        try:
            if password_on_stdin:
                make(name, sys.stdin.readline().rstrip("\r\n"))
            tables = restrict(name)
        except RoleRefused as refused:
            why = _("The role cannot be restricted: %(why)s.") % {"why": refused}
            raise CommandError(why) from refused
        self.stdout.write(_("%(name)s: %(count)s tables.") % {"name": name, "count": tables})
