"""Bring the demo county further along its year."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from branches.operator import OPERATOR
from demo.road import STAGES, advance, county


class Command(BaseCommand):
    help = "Bring the loaded demo county to a later stage of its year, each step by the account it is for."

    def add_arguments(self, parser):
        parser.add_argument("stage", choices=STAGES)

    def handle(self, *, stage, **options):
        advance(stage, by=OPERATOR)
        self.stdout.write(_("The demo county: %(state)s") % {"state": county().get_state_display()})
