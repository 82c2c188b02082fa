"""What the round commands share."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from evaluations.models import EvaluationRound


def round_named(slug: str) -> EvaluationRound:
    """The round of that name, or a plain refusal."""
    evaluation = EvaluationRound.objects.select_related("previous", "criteria_set", "region").filter(slug=slug).first()
    if evaluation is None:
        raise CommandError(_("There is no round named “%(slug)s”.") % {"slug": slug})
    return evaluation
