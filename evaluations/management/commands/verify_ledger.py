"""Walk the hash chains, compute the sealed results of this engine again and draw every site-check sample again."""

import re
from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from evaluations.operator import round_named
from evaluations.services.auditing import chains_to_check, not_computed, of_other_engines, problems_of_county, seals_of
from ledger.verifying import verify_head

HEAD = re.compile(r"([0-9a-z]{1,12}):([1-9][0-9]{0,17}):([0-9a-f]{64})")


def head(text: str) -> tuple[str, int, str]:
    """CHAIN:NUMBER:HASH as the ledger's page shows it."""
    found = HEAD.fullmatch(text.strip().lower())
    if found is None:
        raise ArgumentTypeError(_("“%(text)s” is not CHAIN:NUMBER:HASH") % {"text": text})
    return found[1], int(found[2]), found[3]


class Command(BaseCommand):
    help = "Verify the ledger's hash chains and the sealed results (of the round SLUG only, when named)."

    def add_arguments(self, parser):
        parser.add_argument("slug", nargs="?")
        parser.add_argument(
            "--head", action="append", type=head, default=[], metavar="CHAIN:NUMBER:HASH",
            help="an entry written down earlier, which its chain must still hold; may be given several times",
        )  # fmt: skip

    def handle(self, *, slug, head, **options):
        if slug:
            round_named(slug)
        problems, checked, others = [], 0, 0
        for chain in chains_to_check():
            problems += problems_of_county(chain, slug)
            others += (passed := of_other_engines(chain, slug))
            checked += seals_of(chain, slug).count() - passed
        problems += [str(problem) for one in head if (problem := verify_head(*one))]
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(
            _("The ledger is whole; %(count)s sealed results were computed again and agree.") % {"count": checked}
        )
        if others:
            self.stdout.write(not_computed(others))
