"""A draft criteria set from its two files; --publish freezes it."""

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from branches.models import Kind
from branches.operator import OPERATOR, plain_errors
from scoring.loading import load_criteria
from scoring.services import StandardRefused, publish


class Command(BaseCommand):
    help = "Make a draft criteria set NAME from its criteria and stars files; --publish freezes it for good."

    def add_arguments(self, parser):
        parser.add_argument("name")
        parser.add_argument("--criteria", required=True, metavar="FILE")
        parser.add_argument("--stars", required=True, metavar="FILE")
        parser.add_argument("--kind", choices=Kind.values, default=Kind.VILLAGE.value)
        parser.add_argument("--publish", action="store_true")

    def handle(self, *, name, criteria, stars, kind, publish: bool, **options):
        with plain_errors(StandardRefused), transaction.atomic():
            made, changed, warnings = load_criteria(name, criteria, stars, kind=kind, by=OPERATOR)
            froze = publish and freeze(made)
        for warning in warnings:
            self.stderr.write(
                _("Warning: %(code)s: %(what)s") % {"code": warning.code, "what": warning.message.translated(_)}
            )
        what = _("saved") if changed else _("unchanged")
        state = _("published now") if froze else _("published") if made.is_published else _("draft")
        counts = {"name": made.name, "criteria": made.criteria.count(), "stars": made.stars.count()}
        self.stdout.write(_("%(name)s: %(criteria)s criteria, %(stars)s stars") % counts + f" · {what} · {state}")


def freeze(made) -> bool:
    froze = publish(made, by=OPERATOR)
    made.refresh_from_db()
    return froze
