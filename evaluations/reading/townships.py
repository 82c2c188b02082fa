"""The townships of a county, by share of branches at three stars or more (scoring.md §5)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Max, Q, Sum

from evaluations.models import Rating, SealedRating
from evaluations.reading.county import SeenCounty
from evaluations.reading.words import two_places

HUNDREDTHS = Decimal("0.01")
