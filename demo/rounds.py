"""The demo's two rounds and their documents, and whether this database is the demo's to fill."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.db.models import Q
from django.utils.translation import gettext as _

from branches.models import Branch
from demo.accounts import accounts_exist
from demo.county import COUNTY
from evaluations.models import EvaluationRound

ROUND, LAST_ROUND = "demo-2026", "demo-2025"
STANDARD = "示范县村级评星标准"
DOCUMENT, LAST_DOCUMENT = "示组通〔2026〕6号", "示组通〔2025〕6号"
SEALING_DOCUMENT = "示组通〔2025〕43号"


def is_loaded() -> bool:
    """Is everything there? The accounts are made last."""
    return EvaluationRound.objects.filter(slug=ROUND).exists() and accounts_exist()


def refuse_other_data() -> None:
    """The demo's accounts have a printed password: they don't belong beside anybody's real ratings."""
    foreign = EvaluationRound.objects.exclude(slug__in=[ROUND, LAST_ROUND]).first()
    if foreign:
        raise CommandError(
            _("The demo was not loaded: this database holds the round “%(slug)s”, and the demo needs one of its own.")
            % {"slug": foreign.slug}
        )
    branch = Branch.objects.filter(~Q(code__startswith=COUNTY[:6])).first()
    if branch:
        raise CommandError(
            _("The demo was not loaded: this database holds the branch %(code)s, and the demo needs one of its own.")
            % {"code": branch.code}
        )
