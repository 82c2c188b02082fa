"""What the demo prints: the top and the bottom of the ranking, the townships, the accounts."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.access import Sight
from demo.accounts import ACCOUNTS, PASSWORD
from demo.county import COUNTY
from demo.rounds import ROUND
from demo.text import LEFT, RIGHT, table
from evaluations.models import Rating, RoundCounty
from evaluations.reading.county import SeenCounty
from evaluations.reading.townships import TownshipRow, township_table
from evaluations.reading.words import two_places

TOP, BOTTOM = 10, 5
STARS = 5
RANKING_SIDES = (RIGHT, LEFT, LEFT, LEFT, RIGHT, LEFT)
TOWNSHIP_SIDES = (RIGHT, LEFT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT)

Section = tuple[str, list[str]]  # a heading and its lines


def sections() -> list[Section]:
    """Everything to print, a section at a time; none of the tables where nothing is rated yet."""
    county = RoundCounty.objects.select_related("round__criteria_set", "county").get(
        round__slug=ROUND, county_id=COUNTY
    )
    seen = SeenCounty(county, Sight(ranking=True, prefixes=frozenset({county.county.prefix})))
    heading = _("%(county)s, five-star rating of %(year)s") % {"county": seen.name, "year": county.round.year}
    state = _("Confirmed") if seen.is_official else _("Provisional")
    about = [
        _("Every place, name, figure and document number here is invented."),
        _("Authorised by %(document)s · %(state)s") % {"document": seen.document, "state": state},
    ]
    return [(heading, about), *ranking_sections(seen), (_("Townships"), township_lines(seen)), accounts_section()]


def ranking_sections(seen: SeenCounty) -> list[Section]:
    """The first and the last branches of the county."""
    ranked = seen.ratings().filter(county_rank__isnull=False).select_related("branch", "township")
    everyone = list(ranked.in_rank_order().defer("points", "basis"))
    ranks = [rating.county_rank for rating in everyone]
    tied = {rank for rank in ranks if ranks.count(rank) > 1}
    head = (_("Rank"), _("Branch"), _("Township"), _("Level"), _("Index"), _("On last year"))
    rows = [ranking_row(rating, rating.county_rank in tied) for rating in everyone]
    top = _("The first %(count)s of %(all)s branches") % {"count": min(TOP, len(rows)), "all": len(rows)}
    bottom = _("The last %(count)s") % {"count": min(BOTTOM, len(rows))}
    lines = table(head, RANKING_SIDES, [*rows[:TOP], *rows[-BOTTOM:]])  # one table, so that both parts are level
    return [(top, lines[: 2 + TOP]), (bottom, [*lines[:2], *lines[2 + TOP :]])]


def ranking_row(rating: Rating, is_tied: bool) -> tuple[str, ...]:
    rank = f"{_('tied')} {rating.county_rank}" if is_tied else str(rating.county_rank)
    level = rating.level or 0
    return (
        rank,
        rating.branch.shown_name,
        rating.township.shown_name,
        "★" * level + "☆" * (STARS - level),
        two_places(rating.index),
        moved(rating.movement),
    )


def moved(places: int | None) -> str:
    """Places gained or lost on last year's sealed rank."""
    if places is None:
        return _("new")
    return _("same") if not places else f"↑ {places}" if places > 0 else f"↓ {-places}"


def township_lines(seen: SeenCounty) -> list[str]:
    """By share of branches at three stars or more; the county at the foot."""
    result = township_table(seen, with_last=True)
    levels = (_("5 stars"), _("4 stars"), _("3 stars"), _("3 stars +"))
    head = (_("Rank"), _("Township"), *levels, _("Share %"), _("Last year %"))
    lines = table(head, TOWNSHIP_SIDES, [township_cells(row) for row in [*result.rows, result.county]])
    return [*lines[:-1], lines[1], lines[-1]]


def township_cells(row: TownshipRow) -> tuple[str, ...]:
    held = f"{row.line.three_plus} / {row.line.rated}"
    levels = [str(count) for count in row.levels[:3]]
    return (str(row.rank or ""), row.name, *levels, held, row.share, row.last_share)


def accounts_section() -> Section:
    heading = _("Accounts, all with the password %(password)s") % {"password": PASSWORD}
    rows = [(account.username, account.label, sees(account.role)) for account in ACCOUNTS]
    return heading, table((_("Account"), _("Who"), _("Sees")), (LEFT, LEFT, LEFT), rows)


def sees(role: str) -> str:
    """What is worth opening with this role."""
    return {
        "organization_reviewer": _("the whole county: ranking, townships, every branch"),
        "organization_approver": _("the whole county: how far entry is, its deadline, extensions"),
        "entry_clerk": _("the branches of the township: enters and submits their values"),
        "township_reviewer": _("the branches of the township: checks and returns"),
        "department_clerk": _("all branches: enters and imports the department's values"),
        "department_reviewer": _("one star, all branches"),
        "branch_viewer": _("one branch"),
        "viewer": _("confirmed results: last year's"),
        "criteria_administrator": _("the standard, in the administration at /admin/"),
        "system_administrator": _("accounts, in the administration; no ratings"),
        "security_administrator": _("roles and locks, in the administration; no ratings"),
        "auditor": _("everything, and the ledger; changes nothing"),
    }[role]
