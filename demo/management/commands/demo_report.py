"""Print the demo county's ranking, townships and accounts."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from demo.report import sections
from demo.rounds import ROUND
from evaluations.models import RoundCounty


class Command(BaseCommand):
    help = "Print the top and the bottom of the demo county's ranking, its townships and the accounts to sign in with."

    def handle(self, **options):
        if not RoundCounty.objects.filter(round__slug=ROUND, rated_at__isnull=False).exists():
            raise CommandError(
                _("The demo round is not rated yet: run load_demo, then rate_round %(slug)s.") % {"slug": ROUND}
            )
        for heading, lines in sections():
            self.stdout.write("\n" + self.style.MIGRATE_HEADING(heading))
            for line in lines:
                self.stdout.write(line)
