"""Take out of the inboxes what no longer waits: done by the person, by a colleague or by a deputy.

An item's key names code, county, place and star (following.follow_up). It is read once nothing of it is left in the
queue it speaks of; what two steps at once leave behind the daily reminders clear.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from evaluations import workflow as road
from evaluations.models import RoundCounty

HERE = "r.round_id = %(round)s AND r.county_id = %(county)s"
SUBMISSIONS = f"SELECT FROM evaluations_rosterentry r JOIN evaluations_submission s ON s.entry_id = r.id WHERE {HERE}"
STARS = f"""
    SELECT FROM evaluations_rosterentry r JOIN evaluations_starreview v ON v.entry_id = r.id
    WHERE {HERE} AND v.star = i.star
"""
OF_TOWN = "r.township_id = i.place"
RETURNED = """EXISTS (SELECT FROM evaluations_decision d
    WHERE d.submission_id = s.entry_id AND d.star = '' AND d.action = 'return')"""
COUNTY = "SELECT FROM evaluations_roundcounty c WHERE c.id = %(id)s"
OBJECTIONS = "SELECT FROM evaluations_objection o WHERE o.county_id = %(id)s AND o.star = i.star"
APPEALS = """
    SELECT FROM evaluations_appeal a JOIN evaluations_sealedcounty z ON z.id = a.seal_id
    WHERE z.round_id = %(round)s AND z.county_id = %(county)s AND a.star = i.star AND a.status = 'filed'
"""

# What an item tells of: the rows while which it waits. What is for knowing only stays unread until it is read.
WAITING = {
    "entry_opened": f"{COUNTY} AND c.state = 'open'",
    "entry_reopened": f"{COUNTY} AND c.state = 'open'",
    "review_began": f"{COUNTY} AND c.state = 'under_review'",
    "to_check": f"{SUBMISSIONS} AND {OF_TOWN} AND s.status = 'submitted'",
    "returned": f"{SUBMISSIONS} AND {OF_TOWN} AND s.status = 'draft' AND {RETURNED}",
    "readmitted": f"{SUBMISSIONS} AND {OF_TOWN} AND s.status = 'draft'",
    "star_returned": f"{STARS} AND {OF_TOWN} AND v.status = 'returned'",
    "star_to_check": f"{STARS} AND {OF_TOWN} AND v.status = 'corrected'",
    "to_review": f"{STARS} AND v.status = 'reviewing'",
    "star_corrected": f"{STARS} AND v.status = 'reviewing'",
    "sent_back": f"{STARS} AND v.status = 'reviewing'",
    "all_reviewed": f"{COUNTY} AND c.state = 'under_review'",
    "list_proposed": "SELECT FROM evaluations_proposal p WHERE p.county_id = %(id)s AND p.status = 'listed'",
    "list_returned": f"{COUNTY} AND c.state = 'under_review'",
    "list_approved": f"{COUNTY} AND c.state = 'proposed'",
    "objection_filed": f"{OBJECTIONS} AND o.status = 'filed'",
    "objection_checked": f"{OBJECTIONS} AND o.status = 'checked'",
    "appeal_filed": APPEALS,
    "lift_asked": """SELECT FROM evaluations_vetorecord v
        WHERE v.id::text = i.subject AND v.lift_asked_at IS NOT NULL AND v.lifted_at IS NULL""",
    "extension_asked": "SELECT FROM evaluations_extension e WHERE e.id::text = i.subject AND e.decided_at IS NULL",
}
REVIEW = ("to_review", "star_corrected", "sent_back")
COUNTY_S = ("entry_opened", "entry_reopened", "review_began", "all_reviewed", "list_returned", "list_approved")
# step: the codes whose waiting it may end
ENDS: dict[str, tuple[str, ...]] = {
    road.SUBMIT.key: ("returned", "readmitted"),
    road.WITHDRAW.key: ("to_check",),
    road.RETURN.key: ("to_check",),
    road.PASS.key: ("to_check",),
    road.RETAKE.key: REVIEW,
    road.MARK_ABSENT.key: ("returned", "readmitted"),
    road.RECOMMEND.key: REVIEW,
    road.NOT_RECOMMEND.key: REVIEW,
    road.RETURN_STAR.key: REVIEW,
    road.RESUME.key: ("star_returned",),
    road.ANSWER.key: ("star_returned",),
    road.ANSWER_DATA.key: ("star_returned",),
    road.PASS_STAR.key: ("star_to_check",),
    road.GIVE_BACK.key: ("star_to_check",),
    road.CLOSE_ENTRY.key: COUNTY_S,
    road.PROPOSE.key: COUNTY_S,
    road.APPROVE.key: ("list_proposed",),
    road.RETURN_LIST.key: ("list_proposed", "list_approved"),
    road.PUBLISH.key: COUNTY_S,
    road.LIFT.key: ("lift_asked",),
    road.KEEP_VETO.key: ("lift_asked",),
    road.CHECK_OBJECTION.key: ("objection_filed",),
    road.UPHOLD.key: ("objection_checked",),
    road.REJECT.key: ("objection_checked",),
    road.GRANT_APPEAL.key: ("appeal_filed",),
    road.DISMISS_APPEAL.key: ("appeal_filed",),
    "grant_extension": ("extension_asked",),
    "refuse_extension": ("extension_asked",),
}
# Nobody is waited for: who holds an item is telling it anew, or clearing it too.
CLEAR = """
    UPDATE evaluations_inboxitem SET read_at = now() WHERE id IN (
        SELECT x.id FROM evaluations_inboxitem x CROSS JOIN LATERAL (
            SELECT x.code, split_part(x.key, ':', 3) AS place, split_part(x.key, ':', 4) AS star,
                split_part(x.key, ':', 5) AS subject
        ) i
        WHERE x.county_id = %(id)s AND x.read_at IS NULL AND ({ended})
        FOR UPDATE OF x SKIP LOCKED
    )
"""


def clear(county: RoundCounty, codes: Iterable[str] = tuple(WAITING)) -> int:
    """Mark as read whatever of these codes waits for nobody any more; return how many items."""
    ended = " OR ".join(f"(i.code = '{code}' AND NOT EXISTS ({WAITING[code]}))" for code in codes)
    if not ended:
        return 0
    asked = {"id": county.pk, "round": county.round_id, "county": county.county_id}
    with connection.cursor() as cursor:
        cursor.execute(CLEAR.format(ended=ended), asked)
        return cursor.rowcount
