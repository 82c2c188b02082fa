"""Regions, branches and departments in the admin; what is written goes through services."""

from django.contrib import admin
from django.db.models import Q

from branches.models import Branch, Department, Region
from branches.services import save_branch


def within(user, field: str) -> Q:
    """A condition: codes in `field` lie in a region of one of the person's roles (everywhere for an auditor)."""
    condition = Q(pk__in=[])
    for grant in user.held_grants:
        condition |= Q(**{f"{field}__startswith": grant.scope_prefix})
    return condition


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "level"]
    list_filter = ["level"]
    search_fields = ["code", "name"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(within(request.user, "code"))


@admin.register(Branch)
class BranchAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "township", "kind", "population", "households", "active"]
    list_filter = ["kind", "active"]
    list_select_related = ["township"]
    search_fields = ["code", "name", "initials"]
    readonly_fields = ["code", "township", "kind"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(within(request.user, "code"))

    def save_model(self, request, obj, form, change):
        save_branch(obj, by=str(request.user))


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
    list_display = ["name", "county"]
    list_select_related = ["county"]
    search_fields = ["name"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(within(request.user, "county__code"))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "county":
            kwargs["queryset"] = Region.objects.counties().filter(within(request.user, "code"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
