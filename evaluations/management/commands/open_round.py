"""A round over a region; with a document number it is open, without it is a draft."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from branches.operator import OPERATOR, plain_errors, region_named
from evaluations.operator import round_named
from evaluations.services.rounds import RoundRefused, open_round
from scoring.models import CriteriaSet


class Command(BaseCommand):
    help = "Make a round SLUG over a county, city or province; --document opens it, without it stays a draft."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("--region", required=True, metavar="CODE")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument("--criteria", required=True, metavar="NAME")
        parser.add_argument("--previous", metavar="SLUG")
        parser.add_argument("--document", default="", metavar="NUMBER")

    def handle(self, *, slug, region, year, criteria, previous, document, **options):
        criteria_set = CriteriaSet.objects.filter(name=criteria).first()
        if criteria_set is None:
            raise CommandError(_("There is no criteria set named “%(name)s”.") % {"name": criteria})
        with plain_errors(RoundRefused):
            evaluation, changed = open_round(
                slug=slug, region=region_named(region), year=year, criteria_set=criteria_set,
                previous=round_named(previous) if previous else None, document=document, by=OPERATOR,
            )  # fmt: skip
        state = _("open") if evaluation.document else _("draft")
        counts = {"slug": slug, "branches": evaluation.roster.count(), "counties": evaluation.counties.count()}
        line = _("%(slug)s: %(branches)s branches, %(counties)s counties") % counts
        self.stdout.write(f"{line} · {state}" + ("" if changed else " · " + _("unchanged")))
