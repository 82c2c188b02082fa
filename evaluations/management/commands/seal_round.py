"""Seal a past round that was decided on paper."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from branches.operator import OPERATOR, plain_errors
from evaluations.operator import round_named
from evaluations.services.seal import SealRefused, seal_round


class Command(BaseCommand):
    help = "Seal the past round SLUG, decided on paper by the document NUMBER: values, standard and results for good."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("--document", required=True, metavar="NUMBER")

    def handle(self, *, slug, document, **options):
        with plain_errors(SealRefused):
            seals = seal_round(round_named(slug), document=document, by=OPERATOR)
        for seal in seals:
            self.stdout.write(f"{seal.county_id} {seal.sha256}")
        if not seals:
            self.stdout.write(_("Every county was sealed already; nothing changed."))
