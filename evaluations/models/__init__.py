"""One round from opening to sealed result, as rows."""

from evaluations.models.entry import (
    UPLOADS_DUE,
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
from evaluations.models.inbox import InboxItem, Kind, Mute
from evaluations.models.job import RatingMark, RatingRun, RatingStep
from evaluations.models.objection import Appeal, FilingCount, Objection, ObjectionContact
from evaluations.models.proposal import Proposal, PublicNotice
from evaluations.models.rating import Rating
from evaluations.models.review import Correction, Countersign, SiteCheck, SiteSample, StarLook, StarReview
from evaluations.models.round import EvaluationRound, RosterEntry, RoundCounty, State
from evaluations.models.seal import SealedCounty, SealedRating, StarChange
from evaluations.models.submission import Decision, Extension, Submission
from evaluations.models.value import RATERS, Value, VetoRecord, Way

__all__ = [
    "RATERS",
    "UPLOADS_DUE",
    "Appeal",
    "Correction",
    "Countersign",
    "Decision",
    "EntryKey",
    "EvaluationRound",
    "Evidence",
    "EvidenceFile",
    "Extension",
    "FilingCount",
    "InboxItem",
    "Kind",
    "Mute",
    "Objection",
    "ObjectionContact",
    "Proposal",
    "PublicNotice",
    "RatedBranch",
    "Rating",
    "RatingMark",
    "RatingRun",
    "RatingStep",
    "RosterEntry",
    "RoundCounty",
    "SealedCounty",
    "SealedRating",
    "SiteCheck",
    "SiteSample",
    "StarChange",
    "StarLook",
    "StarReview",
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
