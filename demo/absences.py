"""What a branch has no value for: not applicable, with the reason, or missing because nobody gave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from demo.county import SHOWN_VILLAGE, villages
from demo.ladders import FIXED, Slot
from demo.plan import BranchPlan, Plans
from demo.standard import STARS, village_catalogue
from scoring.compiled import CompiledCriterion
from scoring.units import SCALE

# Criterion, how many of a thousand branches, why.
REASONS = (
    ("PA-04", 90, "当年无初次信访事项"),
    ("CY-09", 60, "村内无防返贫监测对象"),
    ("CY-07", 25, "耕地已全部调整为林果用地，未下达粮食播种任务"),
    ("PA-08", 15, "当年未排查出安全隐患"),
    ("WM-07", 12, "已并入中心村养老服务站"),
    ("ZB-06", 12, "当年无须议决的重大事项"),
)
QUARTER_REASON = "村内道路施工封闭，本季度未检查"
QUARTERS = (1, 2, 3, 4)


@dataclass
class Absences:
    """Slots without a value; `not_applicable` gives the reason of each."""

    not_applicable: dict[Slot, str] = field(default_factory=dict)
    missing: set[Slot] = field(default_factory=set)

    def counted_slots(self, criterion: CompiledCriterion) -> list[Slot]:
        """The slots that count: all but those not applicable."""
        periods = QUARTERS if criterion.quarters else (0,)
        slots = [(criterion.code, period) for period in periods if criterion.takes_values]
        return [slot for slot in slots if slot not in self.not_applicable]

    def given_slots(self, criterion: CompiledCriterion) -> list[Slot]:
        """The slots that have a value."""
        return [slot for slot in self.counted_slots(criterion) if slot not in self.missing]


@dataclass(frozen=True)
class Pair:
    now: Absences
    last: Absences


def draw_absences(plans: Plans) -> list[Pair]:
    """Both years' absences of every village; what isn't applicable for good reason mostly stays so."""
    pairs = []
    for village, now, last in zip(villages(), plans.now, plans.last, strict=True):
        rng = Random(f"demo county: absences {village.code}")
        pair = Pair(Absences(), Absences())
        if village.name != SHOWN_VILLAGE:
            put_not_applicable(pair, now, last, rng)
            put_missing(pair.now, now, rng, often=100)
            put_missing(pair.last, last or {}, rng, often=20)
        pairs.append(pair)
    return pairs


def put_not_applicable(pair: Pair, now: BranchPlan, last: BranchPlan | None, rng: Random) -> None:
    unmet = {star.unmet for plan in (now, last or {}) for star in plan.values()}
    for code, often, reason in REASONS:
        if rng.randrange(1000) < often and code not in unmet:
            pair.now.not_applicable[code, 0] = reason
            if rng.randrange(3):
                pair.last.not_applicable[code, 0] = reason
    if rng.randrange(1000) < 25:
        pair.now.not_applicable["ST-05", rng.choice(QUARTERS)] = QUARTER_REASON


def put_missing(absences: Absences, plan: BranchPlan, rng: Random, *, often: int) -> None:
    """Leave a gap in some missed stars, and now and then in an earned one that can bear it."""
    for star in STARS if plan else ():
        if rng.randrange(1000) >= (often if not plan[star].earned else often // 5):
            continue
        lost = 10_000 - plan[star].score - (1200 if plan[star].unmet else 0)
        bearable = lost * SCALE // 250  # four tenths of the points the star loses
        codes = [
            criterion.code
            for criterion in village_catalogue().of_star(star)
            if criterion.max_points <= bearable and is_given_by_hand(criterion)
        ]
        slots = [("ST-05", 4) if code == "ST-05" else (code, 0) for code in codes]
        open_slots = [slot for slot in slots if slot not in absences.not_applicable]
        if open_slots:
            absences.missing.add(rng.choice(open_slots))


def is_given_by_hand(criterion: CompiledCriterion) -> bool:
    """Does a township or an inspector give it? Those are the values that come late."""
    source = village_catalogue().sources[criterion.code]
    return source in ("township", "inspection") and not criterion.mandatory and criterion.code not in FIXED
