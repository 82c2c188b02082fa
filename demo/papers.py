"""Where a value comes from: its source, its date and the number of the (fictional) document behind it."""

from __future__ import annotations

from demo.county import TOWNSHIPS, Village
from demo.standard import village_catalogue
from scoring.compiled import CompiledCriterion

# Criterion: who signs, how many such documents there are in the county (1: one report for all), options without one.
DOCUMENTS = {
    "CY-10": ("示农经", 60, ()),
    "CY-B1": ("示农", 12, ("无",)),
    "PA-06": ("示应急备", 90, ("0",)),
    "PA-07": ("示政法调", 1, ()),
    "PA-B1": ("示司", 9, ("无",)),
    "ST-06": ("示农", 20, ("C", "D")),
    "ST-09": ("示自然资", 80, ("D",)),
    "WM-02": ("示民备", 95, ("D",)),
    "WM-09": ("示组调", 1, ()),
    "WM-B1": ("示文明", 14, ("无",)),
    "ZB-09": ("示组通", 1, ()),
    "ZB-11": ("示组调", 1, ()),
    "ZB-B1": ("示组", 10, ("无",)),
}
CORRECTION = ("示联审", 40)
INSPECTED = {1: "03-20", 2: "06-18", 3: "09-17", 4: "11-12", 0: "11-06"}
CHECKED = {"township": "11-13", "department": "11-17"}
DERIVED = {"ST-B1": "季度观摩结果", "ZB-V1": "整顿台账"}
TOWNSHIP_NAMES = [township.name for township in TOWNSHIPS]


def document_of(criterion: CompiledCriterion, value: str, village: Village, year: int) -> str:
    """The document number, empty where this value needs none; a correction has one of the joint review's."""
    signer, count, without = DOCUMENTS.get(criterion.code, ("", 0, ()))
    if value == "correction":
        signer, count, without = *CORRECTION, ()
    if not count or value in without or value == "NA":
        return ""
    number = 3 + (int(village.code[6:9]) * 31 + int(village.code[9:]) * 7) % count
    return f"{signer}〔{year}〕{number}号"


def source_of(criterion: CompiledCriterion, rater: str, village: Village) -> str:
    """The unit that gave the value."""
    owner = village_catalogue().owners[criterion.code].split("(")[0]
    if rater == "department":
        return owner
    if rater == "township":
        return f"{village.township}审核"
    source = village_catalogue().sources[criterion.code]
    named = {"township": f"{village.township}填报", "inspection": f"{owner}现场检查"}
    return DERIVED.get(criterion.code) or named.get(source, owner)


def date_of(criterion: CompiledCriterion, rater: str, period: int, village: Village, year: int) -> str:
    """The day the value stands for: departments on theirs, inspectors by quarter, townships within a week."""
    if rater in CHECKED:
        return f"{year}-{CHECKED[rater]}"
    source = village_catalogue().sources[criterion.code]
    if source == "inspection":
        return f"{year}-{INSPECTED[period]}"
    if source == "township":
        return f"{year}-11-{4 + TOWNSHIP_NAMES.index(village.township) % 6:02d}"
    order = list(village_catalogue().owners).index(criterion.code)
    return f"{year}-10-{12 + order % 17:02d}"
