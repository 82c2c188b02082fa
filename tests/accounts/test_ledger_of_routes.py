"""Whatever a person posts and the portal takes leaves exactly one entry in the ledger, in the same transaction.

Every test commits, as a browser's request does: an entry outside of a transaction would be refused (ledger.append).
"""

from collections.abc import Callable

import pytest
from axes.models import AccessAttempt
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from branches.models import Department, SpecialDay
from evaluations.models import EvaluationRound
from ledger.models import LedgerEntry
from scoring.models import CriteriaSet
from tests.accounts.test_admin import criterion_form, staff
from tests.factories import PASSWORD, branches, county, criteria_set, person, round_of, township

pytestmark = pytest.mark.django_db(transaction=True)

NEW_PASSWORD = "quiet-harvest-2026"
CRITERIA, SYSTEM = Role.CRITERIA_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR
SECURITY, APPROVER = Role.SECURITY_ADMINISTRATOR, Role.ORGANIZATION_APPROVER
Step = Callable[[object, User], object]


def draft() -> CriteriaSet:
    return criteria_set("draft", published=False)


def department(**fields) -> Department:
    return Department.objects.create(county=county(), name="县民政局", **fields)


def attempt(place: int = 1) -> AccessAttempt:
    return AccessAttempt.objects.create(
        username=f"clerk{place}", ip_address="192.0.2.1", user_agent="x", path_info="/", get_data="", post_data="",
        http_accept="", failures_since_start=5, attempt_time=timezone.now(),
    )  # fmt: skip


def delete_listed(client, model: str, *keys):
    form = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    return client.post(reverse(f"admin:{model}_changelist"), form)


def change(client, model: str, key, form: dict):
    return client.post(reverse(f"admin:{model}_change", args=[key]), form)


def delete(client, model: str, key):
    return client.post(reverse(f"admin:{model}_delete", args=[key]), {"post": "yes"})


def stars_form(made: CriteriaSet, **changes) -> dict:
    """The criteria set's page as posted, its stars below it."""
    names = ["id", "code", "label", "label_en", "pass_line", "weight", "bonus_cap", "lead_department", "order"]
    stars = list(made.stars.order_by("order"))
    form = {"name": made.name, "kind": made.kind, "stars-TOTAL_FORMS": len(stars), "stars-INITIAL_FORMS": len(stars)}
    for place, star in enumerate(stars):
        form |= {f"stars-{place}-{name}": getattr(star, name) for name in names}
        form[f"stars-{place}-criteria_set"] = made.pk
    return form | changes


def delete_one_criterion(client, user):
    return delete(client, "scoring_criterion", draft().criteria.first().pk)


def delete_listed_criterion(client, user):
    return delete_listed(client, "scoring_criterion", draft().criteria.first().pk)


def delete_set(client, user):
    return delete(client, "scoring_criteriaset", CriteriaSet.objects.create(name="empty", kind="village").pk)


def delete_listed_set(client, user):
    return delete_listed(client, "scoring_criteriaset", CriteriaSet.objects.create(name="empty", kind="village").pk)


def edit_criterion(client, user):
    criterion = draft().criteria.get(code="CY-02")
    form = criterion_form(criterion, parameters='{"zero_at": 10, "full_at": 60}')
    return change(client, "scoring_criterion", criterion.pk, form)


def edit_star(client, user):
    made = draft()
    return change(client, "scoring_criteriaset", made.pk, stars_form(made, **{"stars-0-pass_line": "75"}))


def add_set(client, user):
    form = {"name": "new", "kind": "village", "stars-TOTAL_FORMS": 0, "stars-INITIAL_FORMS": 0}
    return client.post(reverse("admin:scoring_criteriaset_add"), form)


def publish(client, user):
    form = {"action": "publish_sets", "_selected_action": [draft().pk]}
    return client.post(reverse("admin:scoring_criteriaset_changelist"), form)


def add_department(client, user):
    return client.post(reverse("admin:branches_department_add"), {"county": county().code, "name": "县民政局"})


def rename_department(client, user):
    return change(client, "branches_department", department().pk, {"county": county().code, "name": "县水利局"})


def add_special_day(client, user):
    form = {"county": county().code, "on": "2026-11-25", "name": "古庙会"}
    return client.post(reverse("admin:branches_specialday_add"), form)


def delete_special_days(client, user):
    day = SpecialDay.objects.create(county=county(), on="2026-11-25", name="古庙会")
    return delete_listed(client, "branches_specialday", day.pk)


def record_merger(client, user):
    old, new = branches(2)
    form = {"before": old.pk, "after": new.pk, "way": "merger", "on": "2026-11-01", "document": "示民〔2026〕8号"}
    return client.post(reverse("admin:branches_succession_add"), form)


def edit_branch(client, user):
    branch = branches(1)[0]
    form = {"name": "单家庄村", "name_en": "", "population": 1900, "households": 480, "active": "on"}
    return change(client, "branches_branch", branch.pk, form)


def add_account(client, user):
    form = {"username": "new", "label": "新", "usable_password": "true"}
    form |= {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    return client.post(reverse("admin:accounts_user_add"), form)


def edit_account(client, user):
    clerk = person(Role.ENTRY_CLERK, township())
    joined = timezone.localtime(clerk.date_joined)
    form = {"username": clerk.username, "label": "某镇", "email": "", "is_active": "on"}
    form |= {"date_joined_0": joined.date(), "date_joined_1": joined.time()}
    return change(client, "accounts_user", clerk.pk, form)


def set_a_password(client, user):
    clerk = person(Role.ENTRY_CLERK, township())
    form = {"usable_password": "true", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "set-password": "1"}
    return client.post(reverse("admin:auth_user_password_change", args=[clerk.pk]), form)


def give_role(client, user):
    clerk = person(Role.ENTRY_CLERK, township())
    form = {"user": clerk.pk, "role": Role.TOWNSHIP_REVIEWER, "region": township("419901002000").code}
    return client.post(reverse("admin:accounts_grant_add"), form)


def take_role(client, user):
    return delete(client, "accounts_grant", person(Role.ENTRY_CLERK, township()).grants.get().pk)


def take_listed_role(client, user):
    return delete_listed(client, "accounts_grant", person(Role.ENTRY_CLERK, township()).grants.get().pk)


def unlock(client, user):
    return delete(client, "axes_accessattempt", attempt().pk)


def unlock_listed(client, user):
    return delete_listed(client, "axes_accessattempt", attempt().pk)


def change_own_password(client, user, page: str = "password"):
    form = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    return client.post(reverse(page), form)


def change_own_password_in_admin(client, user):
    return change_own_password(client, user, "password_in_admin")


def sign_in(client, user):
    client.logout()
    return client.post(reverse("sign_in"), {"username": user.username, "password": PASSWORD})


def sign_out(client, user):
    return client.post(reverse("sign_out"))


def sign_out_of_admin(client, user):
    return client.post("/admin/logout/")


def a_round() -> EvaluationRound:
    return round_of(branches(1))


def edit_round(client, user):
    made = a_round()
    return change(client, "evaluations_evaluationround", made.pk, {"year": 2027, "document": made.document})


def start_rating(client, user):
    return client.post(reverse("runs", args=[a_round().slug]))


def stop_rating(client, user):
    run = a_round().runs.create(requested_by="test")
    return client.post(reverse("cancel_run", args=[run.pk]))


def resume_rating(client, user):
    run = a_round().runs.create(requested_by="test", state="cancelled", finished_at=Now())
    return client.post(reverse("resume_run", args=[run.pk]))


UNSAFE: list[tuple[str, Step, str]] = [
    (CRITERIA, add_department, "department.save"),
    (CRITERIA, rename_department, "department.save"),
    (CRITERIA, edit_branch, "branch.save"),
    (CRITERIA, add_special_day, "special_day.save"),
    (CRITERIA, delete_special_days, "special_day.delete"),
    (CRITERIA, record_merger, "branch.merger"),
    (CRITERIA, add_set, "criteria.edit"),
    (CRITERIA, edit_star, "criteria.edit"),
    (CRITERIA, edit_criterion, "criteria.edit"),
    (CRITERIA, delete_one_criterion, "criteria.delete"),
    (CRITERIA, delete_listed_criterion, "criteria.delete"),
    (CRITERIA, delete_set, "criteria.delete"),
    (CRITERIA, delete_listed_set, "criteria.delete"),
    (CRITERIA, edit_round, "round.edit"),
    (CRITERIA, publish, "criteria.publish"),
    (SYSTEM, add_account, "account.save"),
    (SYSTEM, edit_account, "account.save"),
    (SYSTEM, set_a_password, "account.password"),
    (SECURITY, give_role, "role.give"),
    (SECURITY, take_role, "role.take"),
    (SECURITY, take_listed_role, "role.take"),
    (SECURITY, unlock, "account.unlock"),
    (SECURITY, unlock_listed, "account.unlock"),
    (APPROVER, sign_in, "account.sign_in"),
    (APPROVER, sign_out, "account.sign_out"),
    (SYSTEM, sign_out_of_admin, "account.sign_out"),
    (APPROVER, change_own_password, "account.password"),
    (SYSTEM, change_own_password_in_admin, "account.password"),
    (APPROVER, start_rating, "rating.request"),
    (APPROVER, stop_rating, "rating.stop"),
    (APPROVER, resume_rating, "rating.resume"),
]


@pytest.mark.parametrize(("role", "step", "action"), UNSAFE, ids=lambda part: getattr(part, "__name__", None))
def test_what_is_taken_leaves_one_entry_that_names_who_did_it(client, role, step, action):
    user = person(role, county()) if role == APPROVER else staff(role)
    client.force_login(user)

    response = step(client, user)

    assert response.status_code == 302
    assert list(LedgerEntry.objects.values_list("action", "actor")) == [(action, user.username)]


def test_the_entry_of_a_star_says_which_line_was_moved(client):
    client.force_login(staff(CRITERIA))

    edit_star(client, None)

    assert '"industry.pass_line"' in LedgerEntry.objects.get().detail


def test_each_of_several_deleted_criteria_is_named(client):
    client.force_login(staff(CRITERIA))
    going = list(draft().criteria.all()[:2])

    delete_listed(client, "scoring_criterion", *[row.pk for row in going])

    details = "".join(LedgerEntry.objects.values_list("detail", flat=True))
    assert LedgerEntry.objects.count() == 2 and all(row.code in details for row in going)


def test_a_refused_post_leaves_no_entry(client):
    client.force_login(staff(SYSTEM))
    clerk = person(Role.ENTRY_CLERK, township())

    client.post(
        reverse("admin:auth_user_password_change", args=[clerk.pk]),
        {"usable_password": "true", "password1": NEW_PASSWORD, "password2": "other", "set-password": "1"},
    )

    assert not LedgerEntry.objects.exists()
