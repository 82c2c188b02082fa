"""Regions, branches and departments in the admin; what is written goes through services."""

from django.contrib import admin

from branches.calendar import delete_special_day, save_special_day
from branches.fields import CLEAN_COLUMNS
from branches.models import Branch, Department, Region, SpecialDay, Succession
from branches.services import save_branch, save_department, succeed


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):
    formfield_overrides = CLEAN_COLUMNS
    list_display = ["code", "name", "level"]
    list_filter = ["level"]
    search_fields = ["code", "name"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(request.user.scope("code"))


@admin.register(Branch)
class BranchAdmin(admin.ModelAdmin):
    formfield_overrides = CLEAN_COLUMNS
    list_display = ["code", "name", "township", "kind", "population", "households", "active"]
    list_filter = ["kind", "active"]
    list_select_related = ["township"]
    search_fields = ["code", "name", "initials"]
    readonly_fields = ["code", "township", "kind"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(request.user.scope("code"))

    def save_model(self, request, obj, form, change):
        save_branch(obj, by=request.user.ledger_name)


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
    formfield_overrides = CLEAN_COLUMNS
    list_display = ["name", "county"]
    list_select_related = ["county"]
    search_fields = ["name"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(request.user.scope("county__code"))

    def save_model(self, request, obj, form, change):
        save_department(obj, by=request.user.ledger_name)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "county":
            kwargs["queryset"] = Region.objects.counties().filter(request.user.scope("code"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(SpecialDay)
class SpecialDayAdmin(admin.ModelAdmin):
    """A county's own days; those of everywhere come with load_special_days."""

    formfield_overrides = CLEAN_COLUMNS
    list_display = ["on", "name", "working", "county"]
    list_select_related = ["county"]
    list_filter = ["working"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(request.user.scope("county__code"))

    def save_model(self, request, obj, form, change):
        save_special_day(obj, by=request.user.ledger_name)

    def delete_model(self, request, obj):
        delete_special_day(obj, by=request.user.ledger_name)

    def delete_queryset(self, request, queryset):
        for day in queryset:
            self.delete_model(request, day)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "county":
            kwargs |= {"queryset": Region.objects.counties().filter(request.user.scope("code")), "required": True}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Succession)
class SuccessionAdmin(admin.ModelAdmin):
    """Mergers and splits, a pair at a time; what was recorded stays."""

    formfield_overrides = CLEAN_COLUMNS
    list_display = ["on", "before", "after", "way", "document"]
    list_select_related = ["before", "after"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(request.user.scope("before__code"))

    def save_model(self, request, obj, form, change):
        wanted = {"way": obj.way, "on": obj.on, "document": obj.document}
        (made,) = succeed(before=[obj.before], after=[obj.after], by=request.user.ledger_name, **wanted)
        obj.pk = made.pk

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs["queryset"] = Branch.objects.filter(request.user.scope("code"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
