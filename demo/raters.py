"""Who gave what: townships and departments report; of what is submitted townships verify, departments correct some.

A few corrections were ruled on. Where a branch is still being entered its value is the reported one alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from demo.county import SHOWN_TOWNSHIP, villages
from demo.ladders import SHARES, Slot
from demo.papers import date_of, document_of, source_of
from demo.progress import jumps, submitted_places
from demo.standard import village_catalogue
from demo.years import NOW, Year
from scoring.compiled import CompiledCriterion
from scoring.units import SCALE, plain

NOT_APPLICABLE = "NA"
VERIFIED_OFTEN, CORRECTED_OFTEN = 60, 200  # of a thousand township values that were looked at again
RULED_ON, RULED_AT = 5, f"{NOW}-11-19"  # how many corrections went on to a final value
CORRECTIONS = {
    "choice": "现场核查，达不到所报档次，按实际档次计",
    "households": "抽查台账，剔除重复和空挂户",
    "count": "查无记录，核减",
    "inflated": "审计查实 8 万元系过账收入，予以剔除",
    "ruling": "复核材料补齐，按复核数认定",
    "verified": "乡镇入户核对，按实有数更正",
}


@dataclass(frozen=True)
class Given:
    """One row of a values file; `rater` says which file."""

    rater: str
    branch: str
    slot: Slot
    value: str
    note: str = ""
    document: str = ""
    source: str = ""
    as_of: str = ""

    def cells(self) -> tuple[str, ...]:
        code, period = self.slot
        return (self.branch, code, self.value, str(period or ""), self.note, self.document, self.source, self.as_of)


def rows_of(year: Year) -> list[Given]:
    """Every row of the year's files, by village and in the catalogue's order."""
    rng = Random(f"demo county: raters {year.number}")
    looked_at = submitted_places(year) if year.number == NOW else frozenset()
    rows: list[Given] = []
    for place in year.places:
        for criterion in village_catalogue().compiled.criteria:
            for period in (1, 2, 3, 4) if criterion.quarters else (0,):
                if criterion.takes_values:
                    rows += rows_of_slot(year, place, criterion, period, rng if place in looked_at else None)
    return ruled(rows)


def rows_of_slot(
    year: Year, place: int, criterion: CompiledCriterion, period: int, rng: Random | None
) -> Iterator[Given]:
    """What each rater gave for one value; nothing where it is missing, or where a counted veto has no record.

    Without `rng` nobody has looked at it again.
    """
    slot = (criterion.code, period)
    reason = year.absences[place].not_applicable.get(slot)
    if reason:
        yield given("reported", year, place, criterion, period, NOT_APPLICABLE, reason)
        return
    value = year.values[place].get(slot)
    if value is None:
        return
    if criterion.veto:
        yield from veto_rows(year, place, criterion, value)
    elif rng is not None and (criterion.code == "CY-01" or is_from_township(criterion)):
        yield from checked_rows(year, place, criterion, value, rng)
    else:
        yield given("reported", year, place, criterion, period, written(criterion, value))


def veto_rows(year: Year, place: int, criterion: CompiledCriterion, value: int) -> Iterator[Given]:
    """The finding with its document; a weak branch is a yes or no that every branch has."""
    found = [veto for star in year.plans[place].values() for veto in star.vetoes if veto.code == criterion.code]
    text = written(criterion, value)
    for veto in found:
        code = villages()[place].code
        yield Given("reported", code, (criterion.code, 0), text, veto.finding, veto.document, veto.reporter, veto.date)
    if not found and criterion.value_type == "yesno":
        yield given("reported", year, place, criterion, 0, text)


def is_from_township(criterion: CompiledCriterion) -> bool:
    return village_catalogue().sources[criterion.code] == "township"


def checked_rows(year: Year, place: int, criterion: CompiledCriterion, value: int, rng: Random) -> Iterator[Given]:
    """A value that somebody may have looked at again: reported, then verified or corrected to what counts."""
    village, plan = villages()[place], year.plans[place]
    corrected, verified = rng.randrange(1000) < CORRECTED_OFTEN, rng.randrange(1000) < VERIFIED_OFTEN
    better = without_jump(year, place, criterion, reported_better(criterion, value, village.households, rng))
    in_shown = village.township == SHOWN_TOWNSHIP and is_from_township(criterion)
    text = written(criterion, value)
    if criterion.code == "CY-01":
        inflated = any(veto.code == "CY-V1" for veto in plan["industry"].vetoes)
        yield given("reported", year, place, criterion, 0, plain(value + 8 * SCALE) if inflated else text)
        if inflated:
            yield given("department", year, place, criterion, 0, text, CORRECTIONS["inflated"])
    elif corrected and better is not None:
        first = written(criterion, better)
        yield given("reported", year, place, criterion, 0, first)
        if in_shown:
            yield given("township", year, place, criterion, 0, first)
        yield given("department", year, place, criterion, 0, text, CORRECTIONS[kind_of(criterion)])
    elif verified and better is not None:
        yield given("reported", year, place, criterion, 0, written(criterion, better))
        yield given("township", year, place, criterion, 0, text, CORRECTIONS["verified"])
    else:
        yield given("reported", year, place, criterion, 0, text)
        if in_shown:
            yield given("township", year, place, criterion, 0, text)


def without_jump(year: Year, place: int, criterion: CompiledCriterion, better: int | None) -> int | None:
    """What had to be explained could not have been submitted."""
    return None if jumps(year, place, (criterion.code, 0), better) else better


def kind_of(criterion: CompiledCriterion) -> str:
    return "choice" if criterion.value_type == "choice" else "households" if criterion.code in SHARES else "count"


def reported_better(criterion: CompiledCriterion, value: int, households: int | None, rng: Random) -> int | None:
    """What a township might have put instead: an option higher, some households more. None where there is no room."""
    if criterion.value_type == "choice":
        return value - SCALE if value > SCALE else None
    if criterion.code not in SHARES:
        return value + SCALE
    more = value + SCALE * max(3, value // SCALE * rng.randrange(6, 24) // 100)
    return more if households and more <= households * SCALE else None


def ruled(rows: list[Given]) -> list[Given]:
    """Let a few corrected counts have been cut too far by the department, and set right by a final value."""
    result, left = [], RULED_ON
    for row in rows:
        is_count = row.rater == "department" and row.note == CORRECTIONS["households"]
        if left and is_count and int(row.value) > 40:
            left -= 1
            low = str(int(row.value) - 12 - 3 * left)
            result.append(Given(**vars(row) | {"value": low}))
            last = {"rater": "final", "note": CORRECTIONS["ruling"], "source": "县委组织部", "as_of": RULED_AT}
            row = Given(**vars(row) | last)
        result.append(row)
    return result


def given(
    rater: str, year: Year, place: int, criterion: CompiledCriterion, period: int, value: str, note: str = ""
) -> Given:
    """A row with its source, date and document number."""
    village = villages()[place]
    document = document_of(criterion, value, village, year.number) if rater == "reported" else ""
    if rater == "department":
        document = document_of(criterion, "correction", village, year.number)
    source = source_of(criterion, rater, village)
    as_of = date_of(criterion, rater, period, village, year.number)
    return Given(rater, village.code, (criterion.code, period), value, note, document, source, as_of)


def written(criterion: CompiledCriterion, value: int) -> str:
    """A value as a file holds it."""
    if criterion.value_type == "choice":
        return criterion.options[value // SCALE - 1]
    if criterion.value_type == "yesno":
        return "true" if value else "false"
    return plain(value)
