"""Rounds and results in the admin: rounds are edited; states, ratings and sealed rows are never written here."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from accounts.roles import Role
from branches.fields import CLEAN_COLUMNS
from evaluations.models import (
    EvaluationRound,
    Rating,
    RatingRun,
    RoundCounty,
    SealedCounty,
    SealedRating,
    VetoRecord,
)
from evaluations.services.rounds import RoundRefused, edit_round


def sees_results(user) -> bool:
    """Of the roles that work in the admin only the auditor reads ratings (domain.md, Who uses it)."""
    return user.has_role(Role.AUDITOR)


class ReadOnly(admin.ModelAdmin):
    """Looked at, not written; of what a subclass opens, every text is read by our own fields."""

    formfield_overrides = CLEAN_COLUMNS

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class InOnesCounty(ReadOnly):
    """Rows of the counties that the person's roles reach."""

    county_field = "county__code"

    def get_queryset(self, request):
        return super().get_queryset(request).filter(request.user.scope(self.county_field))


@admin.register(EvaluationRound)
class EvaluationRoundAdmin(InOnesCounty):
    county_field = "region__code"
    list_display = ["slug", "region", "year", "criteria_set", "previous", "document"]
    list_select_related = ["region", "criteria_set", "previous"]
    list_filter = ["year"]
    search_fields = ["slug", "document"]
    fields = ["slug", "region", "year", "criteria_set", "previous", "document"]
    readonly_fields = ["slug", "region", "criteria_set"]

    def get_queryset(self, request):
        """Rounds of one's place, and those of a city or the province that one's counties take part in."""
        taking_part = RoundCounty.objects.filter(request.user.scope("county__code")).values("round")
        here = request.user.scope(self.county_field) | Q(pk__in=taking_part)
        return admin.ModelAdmin.get_queryset(self, request).filter(here)

    def has_change_permission(self, request, obj=None):
        """Whose place holds the whole round may edit it, until a county is sealed."""
        if not admin.ModelAdmin.has_change_permission(self, request, obj):
            return False
        own = EvaluationRound.objects.filter(request.user.scope(self.county_field), seals=None)
        return obj is None or own.filter(pk=obj.pk).exists()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "previous":
            kwargs["queryset"] = self.get_queryset(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        wanted = {"year": obj.year, "previous": obj.previous, "document": obj.document}
        try:
            edit_round(obj, **wanted, by=request.user.ledger_name)
        except RoundRefused as refused:  # sealed between the look and the post
            raise PermissionDenied(str(refused)) from None


@admin.register(RoundCounty)
class RoundCountyAdmin(InOnesCounty):
    list_display = ["round", "county", "state", "document", "branches", "rated", "rated_at"]
    list_select_related = ["round", "county"]
    list_filter = ["state"]
    search_fields = ["round__slug", "county__name"]
    without_results = ["round", "county", "state", "document"]  # for whoever may see no ratings

    def get_list_display(self, request):
        return super().get_list_display(request) if sees_results(request.user) else self.without_results

    def get_fields(self, request, obj=None):
        return super().get_fields(request, obj) if sees_results(request.user) else self.without_results

    def lookup_allowed(self, lookup, value, request):
        """A hidden column can't be guessed by filtering on it either."""
        open_to_all = sees_results(request.user) or lookup.split("__")[0] in (*self.without_results, "id")
        return open_to_all and super().lookup_allowed(lookup, value, request)


@admin.register(Rating)
class RatingAdmin(InOnesCounty):
    list_display = ["round", "branch", "level", "index", "county_rank", "township_rank", "parked"]
    list_select_related = ["round", "branch"]
    search_fields = ["branch__code", "branch__name"]
    show_full_result_count = False


@admin.register(VetoRecord)
class VetoRecordAdmin(InOnesCounty):
    county_field = "branch__code"
    list_display = ["round", "branch", "criterion", "document", "found_on", "reporter", "lifted_at"]
    list_select_related = ["round", "branch", "criterion"]
    search_fields = ["branch__code", "branch__name", "document"]


@admin.register(RatingRun)
class RatingRunAdmin(ReadOnly):
    list_display = ["round", "state", "requested_by", "created_at", "counties_done", "counties", "failures"]
    list_select_related = ["round"]


@admin.register(SealedCounty)
class SealedCountyAdmin(InOnesCounty):
    list_display = ["round", "county", "document", "sealed_at", "sha256"]
    list_select_related = ["round", "county"]
    exclude = ["content"]


@admin.register(SealedRating)
class SealedRatingAdmin(InOnesCounty):
    county_field = "branch__code"
    list_display = ["branch", "level", "index", "county_rank", "seal"]
    list_select_related = ["branch", "seal__round", "seal__county"]
    search_fields = ["branch__code", "branch__name"]
