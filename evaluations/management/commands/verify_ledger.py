"""Walk the hash chains, compute every sealed result again and draw every site-check sample again."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from evaluations.models import SealedCounty
from evaluations.operator import round_named
from evaluations.services.sampling import all_problems
from evaluations.services.seal import problems_of, seals_gone
from ledger.services import verify


class Command(BaseCommand):
    help = "Verify the ledger's hash chains and the sealed results (of the round SLUG only, when named)."

    def add_arguments(self, parser):
        parser.add_argument("slug", nargs="?")

    def handle(self, *, slug, **options):
        seals = SealedCounty.objects.select_related("round").order_by("pk")
        if slug:
            seals = seals.filter(round=round_named(slug))
        problems = [str(problem) for problem in verify()]
        checked = 0
        for seal in seals.iterator(chunk_size=1):
            checked += 1
            problems += [f"{seal.round.slug} {seal.county_id}: {problem}" for problem in problems_of(seal)]
        gone = _("the ledger tells of a seal that is gone")
        problems += [f"{sealed} {county}: {gone}" for sealed, county in seals_gone(slug)]
        problems += all_problems(slug)
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(
            _("The ledger is whole; %(count)s sealed results were computed again and agree.") % {"count": checked}
        )
