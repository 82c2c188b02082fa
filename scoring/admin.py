"""Where a county's standard is managed: drafts are edited here, published sets are only looked at."""

from __future__ import annotations

from itertools import chain

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import ModelForm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from branches.fields import CLEAN_COLUMNS
from scoring.checks import check_criterion
from scoring.models import CriteriaSet, Criterion, Star
from scoring.services import StandardRefused, publish, record_deletion, record_edit


class CriterionForm(ModelForm):
    """Refuses wrong rule parameters when they are saved, each by the name of its field."""

    def clean(self):
        row = super().clean()
        for field, message in check_criterion({**row}) if not self.errors else ():
            self.add_error(field if field in self.fields else "parameters", ValidationError(message.translated(_)))
        return row


class FrozenOncePublished:
    """Rows of a published set can be seen and not changed."""

    def frozen(self, obj) -> bool:
        return obj is not None and getattr(obj, "criteria_set", obj).is_published

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not self.frozen(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not self.frozen(obj)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        changed = [*form.changed_data, *chain.from_iterable(fields_of(formset) for formset in formsets)]
        record_edit(form.instance, changed=changed, by=request.user.ledger_name)

    def delete_model(self, request, obj):
        record_deletion(obj, by=request.user.ledger_name)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for row in queryset:
            self.delete_model(request, row)


def fields_of(formset) -> list[str]:
    """What was written below a set, by star: "ecology.pass_line", "ecology added", "ecology deleted"."""
    return [
        *(f"{star.code}.{field}" for star, fields in formset.changed_objects for field in fields),
        *(f"{star.code} added" for star in formset.new_objects),
        *(f"{star.code} deleted" for star in formset.deleted_objects),
    ]


class StarInline(FrozenOncePublished, admin.TabularInline):
    model = Star
    extra = 0
    formfield_overrides = CLEAN_COLUMNS

    def frozen(self, obj):
        return obj is not None and obj.is_published

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and not self.frozen(obj)


@admin.register(CriteriaSet)
class CriteriaSetAdmin(FrozenOncePublished, admin.ModelAdmin):
    formfield_overrides = CLEAN_COLUMNS
    list_display = ["name", "kind", "published_at"]
    readonly_fields = ["published_at"]
    inlines = [StarInline]
    actions = ["publish_sets"]

    @admin.action(description=gettext_lazy("Publish: freeze for good"), permissions=["change"])
    def publish_sets(self, request, queryset):
        for criteria_set in queryset:
            try:
                if publish(criteria_set, by=request.user.ledger_name):
                    messages.success(request, _("“%(name)s” is published.") % {"name": criteria_set})
            except StandardRefused as refused:
                for problem in refused.problems[:20]:
                    messages.error(request, f"{problem.code} {problem.field}: {problem.message.translated(_)}")
                messages.error(request, str(refused))


@admin.register(Criterion)
class CriterionAdmin(FrozenOncePublished, admin.ModelAdmin):
    form = CriterionForm
    formfield_overrides = CLEAN_COLUMNS
    list_display = [
        "code",
        "name",
        "star",
        "rule",
        "max_points",
        "mandatory",
        "veto",
        "bonus",
        "source",
        "criteria_set",
    ]
    list_filter = ["criteria_set", "star", "source"]
    list_select_related = ["criteria_set"]
    search_fields = ["code", "name"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "criteria_set":
            kwargs["queryset"] = CriteriaSet.objects.filter(published_at=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
