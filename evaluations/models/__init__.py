"""One round from opening to sealed result, as rows."""

from evaluations.models.entry import (
    EntryKey,
    Evidence,
    EvidenceFile,
    Upload,
    UploadKind,
    UploadRow,
    UploadState,
    WorkbookCopy,
)
from evaluations.models.guards import RatedBranch
from evaluations.models.job import RatingMark, RatingRun, RatingStep
from evaluations.models.rating import Rating
from evaluations.models.round import EvaluationRound, RosterEntry, RoundCounty, State
from evaluations.models.seal import SealedCounty, SealedRating
from evaluations.models.submission import Decision, Extension, Submission
from evaluations.models.value import RATERS, Value, VetoRecord, Way

__all__ = [
    "RATERS",
    "Decision",
    "EntryKey",
    "EvaluationRound",
    "Evidence",
    "EvidenceFile",
    "Extension",
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
    "Submission",
    "Upload",
    "UploadKind",
    "UploadRow",
    "UploadState",
    "Value",
    "VetoRecord",
    "Way",
    "WorkbookCopy",
]
