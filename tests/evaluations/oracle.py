"""What the rows of a round should say: read from PostgreSQL row by row and rated by tests/scoring/reference.py.

It shares no line with evaluations/services: the effective value is chosen here, in Python, from every rater's columns.
"""

from collections import defaultdict
from fractions import Fraction

from evaluations.models import RATERS, EvaluationRound, Rating, RosterEntry, SealedRating, Value, VetoRecord
from scoring.models import STAR_CODES
from tests.factories import published_options, rows_of
from tests.scoring import reference

CRITERIA, STARS = rows_of("village.csv"), rows_of("village_stars.csv")
DERIVED = [place for place, row in enumerate(CRITERIA) if row["basis"] != "value"]
FIELDS = (*STAR_CODES, "earned", "vetoed", "unmet", "level", "index", "county_rank", "township_rank",
          "previous_rank", "points", "basis")  # fmt: skip


def stored(evaluation: EvaluationRound) -> dict:
    """{branch code: its result's fields}, the reason for parking as a yes or no."""
    rows = Rating.objects.filter(round=evaluation).values_list("branch__code", "parked", *FIELDS)
    return {code: {"parked": bool(parked)} | dict(zip(FIELDS, rest, strict=True)) for code, parked, *rest in rows}


def expected(evaluation: EvaluationRound) -> dict:
    """What `stored` should return."""
    found = {}
    for county in set(evaluation.roster.values_list("county_id", flat=True)):
        found |= expected_county(evaluation, county)
    return found


def expected_county(evaluation: EvaluationRound, county: str) -> dict:
    entries = list(
        RosterEntry.objects.filter(round=evaluation, county=county).select_related("branch").order_by("branch__code")
    )
    values, last = effective_values(evaluation), effective_values(evaluation.previous)
    vetoes = standing_vetoes(evaluation)
    branches = [
        reference.Branch(
            values=values[entry.branch_id] | vetoes(entry.branch_id),
            last={code: value for (code, _), value in last[entry.branch_id].items()},
            population=entry.branch.population,
            households=entry.branch.households,
        )
        for entry in entries
    ]
    rated = reference.rate(CRITERIA, STARS, branches)
    rows = {entry.branch.code: row_of(one) for entry, one in zip(entries, rated, strict=True)}
    add_ranks(rows, entries, sealed_ranks(evaluation.previous))
    return rows


def effective_values(evaluation: EvaluationRound | None) -> dict:
    """{branch: {(code, period): value}} as the reference reads it: the last rater's."""
    found = defaultdict(dict)
    for value in Value.objects.filter(round=evaluation).select_related("criterion"):
        found[value.branch_id][value.criterion.code, value.period] = effective(value)
    return found


def effective(value: Value):
    for rater in reversed(RATERS):
        if getattr(value, f"{rater}_na"):
            return reference.NA
        number = getattr(value, f"{rater}_number")
        if number is not None:
            return as_given(value.criterion, Fraction(number))
    return reference.MISSING


def as_given(criterion, number: Fraction):
    if criterion.value_type == "yesno" and number in (0, 1):
        return bool(number)
    if criterion.value_type == "choice":
        codes = published_options(criterion)
        return codes[int(number) - 1] if number in range(1, len(codes) + 1) else f"no option {number}"
    return number


def standing_vetoes(evaluation: EvaluationRound):
    counts = defaultdict(int)
    for branch, code in VetoRecord.objects.filter(round=evaluation, lifted_at=None).values_list(
        "branch_id", "criterion__code"
    ):
        counts[branch, code] += 1
    codes = [row["code"] for row in CRITERIA if row["veto"] == "1" and row["value_type"] == "count"]
    return lambda branch: {(code, 0): Fraction(counts[branch, code]) for code in codes}


def sealed_ranks(evaluation: EvaluationRound | None) -> dict:
    return dict(SealedRating.objects.filter(seal__round=evaluation).values_list("branch__code", "county_rank"))


def row_of(rated) -> dict:
    if rated is None:
        return {"parked": True} | dict.fromkeys((*STAR_CODES, "level", "index")) | {
            "earned": "", "vetoed": "", "unmet": "", "points": [0] * len(CRITERIA), "basis": [0] * len(DERIVED),
        }  # fmt: skip
    stars = {star["star"]: result for star, result in zip(STARS, rated["stars"], strict=True)}
    named = {fact: " ".join(code for code in STAR_CODES if stars[code][fact]) for fact in ("earned", "vetoed", "unmet")}
    scores = {code: stars[code]["scores"] if stars[code]["rated"] else None for code in STAR_CODES}
    cells = rated["cells"]
    return {"parked": False, **scores, **named, "level": rated["level"], "index": rated["index"],
            "points": [units(basis, points) for basis, points in cells],
            "basis": [units(cells[place][0], cells[place][0]) for place in DERIVED]}  # fmt: skip


def units(state, number):
    """A cell in ten-thousandths: null where not applicable, 0 where missing."""
    if state is reference.NA:
        return None
    return 0 if state is reference.MISSING else int(number * 10_000)


def add_ranks(rows: dict, entries: list, sealed: dict) -> None:
    """§5: a rank is one more than the number of better ones in the scope."""
    for entry in entries:
        row = rows[entry.branch.code]
        row["previous_rank"] = sealed.get(entry.branch.code)
        town = [rows[one.branch.code] for one in entries if one.township_id == entry.township_id]
        row["county_rank"], row["township_rank"] = rank(row, rows.values()), rank(row, town)


def rank(row: dict, scope) -> int | None:
    if row["parked"]:
        return None
    return 1 + sum(key(other) > key(row) for other in scope if not other["parked"])


def key(row: dict) -> tuple:
    return row["level"], -1 if row["index"] is None else row["index"]
