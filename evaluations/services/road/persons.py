"""Who may take a step, and what they did before that bars them: duties are kept apart by person, not by account.

Nobody reviews what they entered, in any state; nobody approves what they reviewed (domain.md; reliability.md S5, S8,
S12). Read for many branches at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from accounts.access import grant_for
from accounts.duties import clash_with
from accounts.models import ConflictOfInterest, Grant, User
from accounts.roles import fits_place
from evaluations.workflow import Action
from tables.message import N_, Message

# Whoever gave a value that somebody changed since gave it all the same; what a corrector wrote is no entry.
ENTERED = """
    SELECT v.branch_id FROM evaluations_value v
    WHERE v.round_id = %(round)s AND v.branch_id = ANY(%(branches)s) AND (v.updated_by = ANY(%(names)s)
        OR EXISTS (SELECT FROM evaluations_valueevent o WHERE o.pgh_obj_id = v.id AND o.updated_by = ANY(%(names)s)))
    UNION
    SELECT e.branch_id FROM evaluations_evidence e
    WHERE e.round_id = %(round)s AND e.branch_id = ANY(%(branches)s)
        AND (e.added_by = ANY(%(names)s) OR e.removed_by = ANY(%(names)s))
    UNION
    SELECT r.branch_id FROM evaluations_decision d JOIN evaluations_rosterentry r ON r.id = d.submission_id
    WHERE r.round_id = %(round)s AND r.branch_id = ANY(%(branches)s)
        AND d.action IN ('submit', 'answer', 'answer_data') AND d.by = ANY(%(names)s)
"""
# Ruling on a veto's lifting is the approver's own duty, no review that would bar them from the list.
REVIEWED = """
    SELECT EXISTS (
        SELECT FROM evaluations_decision d JOIN evaluations_rosterentry r ON r.id = d.submission_id
        WHERE r.round_id = %(round)s AND r.county_id = %(county)s AND d.by = ANY(%(names)s)
            AND d.action NOT IN ('lift', 'keep_veto')
    ) OR EXISTS (
        SELECT FROM evaluations_correction c JOIN evaluations_rosterentry r ON r.id = c.entry_id
        WHERE r.round_id = %(round)s AND r.county_id = %(county)s AND c.by = ANY(%(names)s)
    ) OR EXISTS (
        SELECT FROM evaluations_countersign c JOIN evaluations_rosterentry r ON r.id = c.entry_id
        WHERE r.round_id = %(round)s AND r.county_id = %(county)s AND c.by = ANY(%(names)s)
    ) OR EXISTS (
        SELECT FROM evaluations_sitecheck c JOIN evaluations_rosterentry r ON r.id = c.entry_id
        WHERE r.round_id = %(round)s AND r.county_id = %(county)s AND c.by = ANY(%(names)s)
    )
"""
CORRECTED = """
    SELECT EXISTS (
        SELECT FROM evaluations_correction c JOIN evaluations_rosterentry r ON r.id = c.entry_id
        WHERE r.round_id = %(round)s AND r.county_id = %(county)s AND c.by = ANY(%(names)s)
    )
"""
ENTERED_ANY = """
    SELECT EXISTS (
        SELECT FROM evaluations_value v JOIN evaluations_rosterentry r USING (round_id, branch_id)
        WHERE r.round_id = %(round)s AND r.county_id = %(county)s AND v.updated_by = ANY(%(names)s)
    ) OR EXISTS (
        SELECT FROM evaluations_valueevent v JOIN evaluations_rosterentry r USING (round_id, branch_id)
        WHERE r.round_id = %(round)s AND r.county_id = %(county)s AND v.updated_by = ANY(%(names)s)
    ) OR EXISTS (
        SELECT FROM evaluations_evidence e JOIN evaluations_rosterentry r USING (round_id, branch_id)
        WHERE r.round_id = %(round)s AND r.county_id = %(county)s
            AND (e.added_by = ANY(%(names)s) OR e.removed_by = ANY(%(names)s))
    )
"""
FIRST_REVIEWED = """
    WITH entry AS (SELECT id FROM evaluations_rosterentry WHERE round_id = %(round)s AND branch_id = %(branch)s)
    SELECT EXISTS (SELECT FROM evaluations_decision d JOIN entry ON entry.id = d.submission_id
            WHERE d.by = ANY(%(names)s) AND d.action NOT IN ('lift', 'keep_veto'))
        OR EXISTS (SELECT FROM evaluations_correction c JOIN entry ON entry.id = c.entry_id
            WHERE c.by = ANY(%(names)s))
        OR EXISTS (SELECT FROM evaluations_countersign c JOIN entry ON entry.id = c.entry_id
            WHERE c.by = ANY(%(names)s))
        OR EXISTS (SELECT FROM evaluations_sitecheck c JOIN entry ON entry.id = c.entry_id
            WHERE c.by = ANY(%(names)s))
"""
RULED = """
    SELECT EXISTS (
        SELECT FROM evaluations_objection o JOIN evaluations_rosterentry r ON r.id = o.entry_id
        WHERE r.round_id = %(round)s AND r.branch_id = %(branch)s
            AND (o.checked_by = ANY(%(names)s) OR o.ruled_by = ANY(%(names)s))
    )
"""
ENTERED_IT = Message(N_("You entered values of this branch: somebody else has to check it."))
CONFLICT = Message(N_("A conflict of interest is declared for this branch: somebody else has to check it."))


def may_act(user: User, action: Action, county: str, *, place: str = "", star: str = "") -> Grant | None:
    """The role by which this person may take this step there; None without one."""
    held = user.held_grants if user.is_active else []
    return grant_for(held, action.roles, county, place=place, star=star)


def mixed_duties(user: User, grant: Grant) -> Message | None:
    """Why this role may not be used: the same person holds one, under any account, that never meets it (duties.py)."""
    return clash_with(grant, [one for one in user.roles_as_person if one.pk != grant.pk])


def places_of(user: User, role: str, county: str) -> tuple[str, ...]:
    """What the codes of the branches begin with for which this person holds the role, in that county."""
    held = user.held_grants if user.is_active else []
    return tuple(
        grant.scope_prefix
        for grant in held
        if grant.role == role and fits_place(role, grant.region_id) and grant.scope_prefix.startswith(county[:6])
    )


def entered_by(user: User, round_id: int, branches: Sequence[int]) -> set[int]:
    """Of these branches, those of which this person gave or changed a value or a file, or handed something in."""
    asked = {"round": round_id, "branches": list(branches), "names": user.own_names}
    with connection.cursor() as cursor:
        cursor.execute(ENTERED, asked)
        return {row[0] for row in cursor.fetchall()}


def declared_by(user: User, branches: Sequence[int]) -> set[int]:
    """Of these branches, those for which a conflict of interest of this person is on the list (S10)."""
    kept = ConflictOfInterest.objects.filter(user__username__in=user.own_names, branch__in=branches)
    return set(kept.values_list("branch", flat=True))


def reviewed_any(user: User, round_id: int, county: str) -> bool:
    """Did this person take any step with a branch of the county, or correct any of its values?"""
    return _is(REVIEWED, user, round=round_id, county=county)


def entered_any(user: User, round_id: int, county: str) -> bool:
    """Did this person give or change any value or file of the county?"""
    return _is(ENTERED_ANY, user, round=round_id, county=county)


def corrected_any(user: User, round_id: int, county: str) -> bool:
    """Did this person correct any value of the county inside a review?"""
    return _is(CORRECTED, user, round=round_id, county=county)


def reviewed_branch(user: User, round_id: int, branch: int) -> bool:
    """Did this person take any step with this branch, or correct any of its values?"""
    return _is(FIRST_REVIEWED, user, round=round_id, branch=branch)


def ruled_on_branch(user: User, round_id: int, branch: int) -> bool:
    """Did this person check an objection to this branch, or rule on one?"""
    return _is(RULED, user, round=round_id, branch=branch)


def conflict_at(user: User, code: str) -> Message | None:
    """What a declared conflict of interest says of deciding on this branch; None where there is none."""
    kept = ConflictOfInterest.objects.filter(user__username__in=user.own_names, branch__code=code)
    return CONFLICT if kept.exists() else None


def _is(sql: str, user: User, **asked) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked | {"names": user.own_names})
        return cursor.fetchone()[0]
