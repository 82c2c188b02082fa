"""One round from opening to sealed result, as rows."""

from evaluations.models.guards import RatedBranch
from evaluations.models.job import RatingMark, RatingRun, RatingStep
from evaluations.models.rating import Rating
from evaluations.models.round import EvaluationRound, RosterEntry, RoundCounty, State
from evaluations.models.seal import SealedCounty, SealedRating
from evaluations.models.value import RATERS, Value, VetoRecord

__all__ = [
    "RATERS",
    "EvaluationRound",
    "RatedBranch",
    "Rating",
    "RatingMark",
    "RatingRun",
    "RatingStep",
    "RosterEntry",
    "RoundCounty",
    "SealedCounty",
    "SealedRating",
    "State",
    "Value",
    "VetoRecord",
]
