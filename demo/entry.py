"""The open year half-way through its entry: a deadline, branches submitted, one returned, more time asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localtime, now

from accounts.models import User
from branches.models import Region
from demo.accounts import APPROVER, CLERK, OTHER_CLERK, REVIEWER
from demo.county import COUNTY, OTHER_TOWNSHIP, SHOWN_TOWNSHIP
from demo.progress import RETURNED, SUBMITTED
from demo.rounds import ROUND
from evaluations.models import Decision, RosterEntry, RoundCounty
from evaluations.services.completeness import Branch, progress_of
from evaluations.services.deadlines import ask_extension, set_due
from evaluations.services.road import Wish, act
from evaluations.workflow import RETURN, SUBMIT

YEAR_END = (12, 20, 18)  # month, day and hour at which entry closes
AT_LEAST, ELSE = timedelta(days=14), timedelta(days=26)  # so that whoever tries the demo late still has time
RETURNED_FOR, REASON = "WM-04", "公示名单为 30 户，与所报户数不一致，核对后重报"
MORE_TIME, DAYS = "乡镇机关搬迁，网络 12 月 18 日恢复", 3


@transaction.atomic
def begin_entry() -> bool:
    """Set the deadline and take the first steps, each by its own account; once only. Say whether anything was done."""
    county = RoundCounty.objects.select_related("round").get(round__slug=ROUND, county_id=COUNTY)
    if Decision.objects.filter(submission__entry__round=county.round_id).exists():
        return False
    people = User.objects.in_bulk([APPROVER, CLERK, REVIEWER, OTHER_CLERK], field_name="username")
    set_due(county, closing_time(county.round.year), by=people[APPROVER])
    county.refresh_from_db(fields=["entry_due"])
    submitted = submit_some(county, people[CLERK], SUBMITTED[SHOWN_TOWNSHIP])
    submit_some(county, people[OTHER_CLERK], SUBMITTED[OTHER_TOWNSHIP])
    wish = Wish(submitted[RETURNED], 1)
    act(county, RETURN, [wish], by=people[REVIEWER], reason=REASON, criteria=[RETURNED_FOR])
    township = Region.objects.get(code=township_of(people[OTHER_CLERK]))
    until = county.entry_due + timedelta(days=DAYS)
    ask_extension(county, township=township, until=until, reason=MORE_TIME, by=people[OTHER_CLERK])
    return True


def closing_time(year: int) -> datetime:
    """The year's end of entry, or some weeks from now where that is near or over."""
    today = localtime(now())
    end = today.replace(year=year, month=YEAR_END[0], day=YEAR_END[1], hour=YEAR_END[2], minute=0, second=0)
    end = end.replace(microsecond=0)
    if end - today >= AT_LEAST:
        return end
    return (today + ELSE).replace(hour=YEAR_END[2], minute=0, second=0, microsecond=0)


def township_of(clerk: User) -> str:
    return clerk.grants.get().region_id


def submit_some(county: RoundCounty, clerk: User, most: int) -> list[str]:
    """Submit the township's first complete branches; return their codes."""
    entries = RosterEntry.objects.filter(round=county.round_id, township=township_of(clerk)).select_related("branch")
    branches = {entry.branch.code: Branch(entry.branch_id, entry.township_id) for entry in entries}
    progress = progress_of(county.round, list(branches.values()))
    complete = [code for code, one in sorted(branches.items()) if progress[one.pk].complete]
    return sorted(act(county, SUBMIT, [Wish(code, 0) for code in complete[:most]], by=clerk).moved)
