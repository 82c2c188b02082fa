"""The admin, role by role: what is looked up, what is edited, what is never written there."""

import pytest
from django.urls import reverse

from accounts.models import Grant
from accounts.roles import Role
from branches.models import Branch
from evaluations.models import Rating
from evaluations.services.rating import rate_county
from ledger.models import LedgerEntry
from scoring.models import CriteriaSet, Criterion
from tests import factories
from tests.factories import branches, county, criteria_set, person, round_of, township

pytestmark = pytest.mark.django_db

STAFF = (Role.CRITERIA_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR)
PAGES = {
    "scoring_criteriaset": {Role.CRITERIA_ADMINISTRATOR, Role.AUDITOR},
    "scoring_criterion": {Role.CRITERIA_ADMINISTRATOR, Role.AUDITOR},
    "branches_region": {Role.CRITERIA_ADMINISTRATOR, Role.AUDITOR},
    "branches_branch": {Role.CRITERIA_ADMINISTRATOR, Role.AUDITOR},
    "branches_department": {Role.CRITERIA_ADMINISTRATOR, Role.AUDITOR},
    "branches_specialday": {Role.CRITERIA_ADMINISTRATOR, Role.AUDITOR},
    "branches_succession": {Role.CRITERIA_ADMINISTRATOR, Role.AUDITOR},
    "evaluations_evaluationround": {Role.CRITERIA_ADMINISTRATOR, Role.AUDITOR},
    "evaluations_roundcounty": {Role.CRITERIA_ADMINISTRATOR, Role.AUDITOR},
    "evaluations_rating": {Role.AUDITOR},
    "evaluations_vetorecord": {Role.AUDITOR},
    "evaluations_ratingrun": {Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR},
    "evaluations_sealedcounty": {Role.AUDITOR},
    "evaluations_sealedrating": {Role.AUDITOR},
    "ledger_ledgerentry": {Role.AUDITOR},
    "accounts_user": {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR},
    "accounts_grant": {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR},
}


def staff(role: Role):
    user = person(role, county() if role == Role.CRITERIA_ADMINISTRATOR else None)
    user.is_staff = True
    user.save()
    return user


@pytest.fixture
def rated():
    made = round_of(branches(2))
    for branch in Branch.objects.all():
        factories.give(made, branch)
    rate_county(made, "419901000000")
    return made


@pytest.mark.parametrize("page", sorted(PAGES))
@pytest.mark.parametrize("role", STAFF)
def test_a_page_of_the_admin_opens_for_the_roles_that_need_it(client, rated, role, page):
    client.force_login(staff(role))

    response = client.get(reverse(f"admin:{page}_changelist"))

    assert response.status_code == (200 if role in PAGES[page] else 403)


@pytest.mark.parametrize("model", ["rating", "roundcounty", "sealedcounty", "sealedrating", "vetorecord", "ratingrun"])
@pytest.mark.parametrize("role", STAFF)
def test_results_and_states_are_never_written_in_the_admin(client, rated, role, model):
    client.force_login(staff(role))

    assert client.get(reverse(f"admin:evaluations_{model}_add")).status_code == 403


def test_a_rating_can_be_looked_at_and_not_changed(client, rated):
    client.force_login(staff(Role.AUDITOR))
    rating = Rating.objects.first()
    url = reverse("admin:evaluations_rating_change", args=[rating.pk])

    assert client.get(url).status_code == 200
    assert client.post(url, {"level": 5}).status_code == 403
    assert Rating.objects.get(pk=rating.pk).level == rating.level


def criterion_form(criterion: Criterion, **changes) -> dict:
    fields = (
        "criteria_set_id star code name name_en value_type unit direction basis periods rule parameters max_points"
        " source department evidence files checks order"
    ).split()
    form = {name.removesuffix("_id"): getattr(criterion, name) for name in fields}
    flags = {name: "on" for name in ("mandatory", "veto", "bonus", "required", "stable") if getattr(criterion, name)}
    return form | flags | changes


def test_wrong_rule_parameters_are_refused_when_saved_and_right_ones_kept(client):
    client.force_login(staff(Role.CRITERIA_ADMINISTRATOR))
    criterion = criteria_set("draft", published=False).criteria.get(code="CY-02")
    url = reverse("admin:scoring_criterion_change", args=[criterion.pk])

    refused = client.post(url, criterion_form(criterion, parameters='{"zero_at": 20, "full_at": 20}'))

    assert refused.status_code == 200 and "full_at" in refused.content.decode()
    criterion.refresh_from_db()
    assert '"full_at":60' in criterion.parameters
    taken = client.post(url, criterion_form(criterion, parameters='{"zero_at": 10, "full_at": 60}'))
    assert taken.status_code == 302, taken.context["adminform"].form.errors
    criterion.refresh_from_db()
    assert criterion.parameters == '{"zero_at": 10, "full_at": 60}'
    assert LedgerEntry.objects.filter(action="criteria.edit", subject="draft").count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"zero_at": NaN}',
        '{"zero_at": 1e999, "full_at": 1}',
        '{"a":' * 300,
        "1" * 5000,
        '{"__import__": 1}',
    ],
)
def test_no_text_in_parameters_is_a_500(client, text):
    client.force_login(staff(Role.CRITERIA_ADMINISTRATOR))
    criterion = criteria_set("draft", published=False).criteria.get(code="CY-02")

    response = client.post(
        reverse("admin:scoring_criterion_change", args=[criterion.pk]), criterion_form(criterion, parameters=text)
    )

    assert response.status_code == 200
    assert response.context["adminform"].form.errors


def test_a_published_standard_is_only_looked_at(client):
    client.force_login(staff(Role.CRITERIA_ADMINISTRATOR))
    criterion = criteria_set("frozen").criteria.get(code="CY-02")
    url = reverse("admin:scoring_criterion_change", args=[criterion.pk])

    assert client.get(url).status_code == 200
    assert client.post(url, criterion_form(criterion, max_points="9")).status_code == 403


def test_publishing_freezes_and_is_kept_in_the_ledger(client):
    client.force_login(staff(Role.CRITERIA_ADMINISTRATOR))
    made = criteria_set("draft", published=False)

    client.post(
        reverse("admin:scoring_criteriaset_changelist"), {"action": "publish_sets", "_selected_action": [made.pk]}
    )

    assert CriteriaSet.objects.get(pk=made.pk).is_published
    assert LedgerEntry.objects.filter(action="criteria.publish", subject="draft").exists()


def test_a_branch_is_edited_through_the_service(client, rated):
    client.force_login(staff(Role.CRITERIA_ADMINISTRATOR))
    branch = Branch.objects.first()
    url = reverse("admin:branches_branch_change", args=[branch.pk])

    response = client.post(
        url, {"name": "单家庄村", "name_en": "", "population": 1900, "households": 480, "active": "on"}
    )

    assert response.status_code == 302
    branch.refresh_from_db()
    assert (branch.population, branch.initials) == (1900, "sjzc")
    assert LedgerEntry.objects.filter(chain="419901000000", action="branch.save", subject=branch.code).count() == 1


def test_a_criteria_administrator_finds_no_branch_of_another_county(client, rated):
    stranger = branches(1, town=township("419902001000"))[0]
    client.force_login(staff(Role.CRITERIA_ADMINISTRATOR))

    listed = client.get(reverse("admin:branches_branch_changelist")).content.decode()

    assert stranger.code not in listed and Branch.objects.first().code in listed
    found = client.get(reverse("admin:branches_branch_change", args=[stranger.pk]))
    assert found.status_code == 302  # the admin's way of saying that there is no such object


def test_separate_persons_stay_separate(client):
    auditor = person(Role.AUDITOR)
    client.force_login(staff(Role.SECURITY_ADMINISTRATOR))

    mixed = client.post(
        reverse("admin:accounts_grant_add"), {"user": auditor.pk, "role": Role.ENTRY_CLERK, "region": township().code}
    )

    assert mixed.status_code == 200 and mixed.context["adminform"].form.errors
    assert Grant.objects.filter(user=auditor).count() == 1
    clerk = person(Role.ENTRY_CLERK, township())
    added = client.post(
        reverse("admin:accounts_grant_add"),
        {"user": clerk.pk, "role": Role.TOWNSHIP_REVIEWER, "region": township("419901002000").code},
    )
    assert added.status_code == 302


def test_nobody_changes_their_own_roles(client):
    security = staff(Role.SECURITY_ADMINISTRATOR)
    client.force_login(security)

    response = client.post(reverse("admin:accounts_grant_add"), {"user": security.pk, "role": Role.AUDITOR})

    assert response.status_code == 200 and response.context["adminform"].form.errors


def test_a_criteria_administrator_reads_where_a_county_stands_and_no_result(client, rated):
    row = rated.counties.get()
    pages = [
        reverse("admin:evaluations_roundcounty_changelist"),
        reverse("admin:evaluations_roundcounty_change", args=[row.pk]),
    ]
    figures = {"rated", "three_plus", "index_mean", "branches"}

    shown = {role: fields_shown(client, role, pages) for role in (Role.CRITERIA_ADMINISTRATOR, Role.AUDITOR)}

    assert shown[Role.CRITERIA_ADMINISTRATOR] == {"round", "county", "state", "document"}
    assert figures <= shown[Role.AUDITOR]


def fields_shown(client, role: Role, pages: list[str]) -> set[str]:
    """Every column of the list and every field of the object page."""
    client.force_login(staff(role))
    listing, page = (client.get(url) for url in pages)
    columns = [name for name in listing.context["cl"].list_display if name != "action_checkbox"]
    return {*columns, *page.context["adminform"].fieldsets[0][1]["fields"]}


@pytest.mark.parametrize("guess", ["three_plus__gte=1", "index_mean__gt=80", "rated=2"])
def test_a_result_can_t_be_guessed_by_filtering_on_it(client, rated, guess):
    url = reverse("admin:evaluations_roundcounty_changelist")

    client.force_login(staff(Role.CRITERIA_ADMINISTRATOR))
    refused = client.get(f"{url}?{guess}")
    client.force_login(staff(Role.AUDITOR))

    assert refused.status_code in (302, 400)
    assert client.get(f"{url}?{guess}").status_code == 200
