"""Accounts by the system administrator, roles by the security administrator; never both by one person."""

from axes.admin import AccessAttemptAdmin
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import ModelForm
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import AccountForm, NewAccountForm
from accounts.models import Absence, ConflictOfInterest, Grant, User
from accounts.services import (
    record_account,
    record_conflict,
    record_grant,
    record_password,
    record_unlocking,
    refuse_mixed_duties,
)
from branches.fields import CLEAN_COLUMNS

admin.site.unregister(Group)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """No superuser flag, no groups: what a person may do comes from roles alone."""

    form = AccountForm
    add_form = NewAccountForm
    formfield_overrides = CLEAN_COLUMNS
    list_display = ["username", "label", "person", "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["username", "label", "person"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Account"), {"fields": ["label", "email", "person", "is_active", "is_staff"]}),
        (_("Times"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["username", "label", "person", "usable_password", "password1", "password2"],
            },
        )  # fmt: skip
    ]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []

    def has_delete_permission(self, request, obj=None):
        return False  # an account is switched off; what it did stays its own

    def get_readonly_fields(self, request, obj=None):
        """A name, once given, is what the ledger calls its bearer; nobody says who they themselves are."""
        if obj is None:
            return self.readonly_fields
        own = ["label", "person"] if obj.username in request.user.own_names else []
        return [*self.readonly_fields, "username", *own]

    def save_model(self, request, obj, form, change):
        before = User.objects.get(pk=obj.pk).person if change else ""
        super().save_model(request, obj, form, change)
        record_account(obj, changed=form.changed_data, by=request.user.ledger_name, before=before)

    @method_decorator(sensitive_post_parameters())
    @transaction.atomic
    def user_change_password(self, request, id, form_url=""):
        """Django's page; a password that is another one afterwards leaves its entry."""
        account = self.get_object(request, unquote(id))
        response = super().user_change_password(request, id, form_url)
        if account and not User.objects.filter(pk=account.pk, password=account.password).exists():
            record_password(account, by=request.user.ledger_name)
        return response


class GrantForm(ModelForm):
    """Refuses duties that never meet in one person, and roles given to oneself."""

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("user") and cleaned.get("role"):
            if cleaned["user"].username in self.giver.own_names:
                raise ValidationError(_("Nobody changes their own roles."))
            places = {name: cleaned.get(name) for name in ("region", "department", "branch")}
            refuse_mixed_duties(
                Grant(user=cleaned["user"], role=cleaned["role"], star=cleaned.get("star") or "", **places)
            )
        return cleaned


@admin.register(Grant)
class GrantAdmin(admin.ModelAdmin):
    form = GrantForm
    formfield_overrides = CLEAN_COLUMNS
    list_display = ["user", "role", "region", "star", "department", "branch"]
    list_select_related = ["user", "region", "department", "branch"]
    list_filter = ["role"]
    search_fields = ["user__username", "user__label"]
    raw_id_fields = ["branch"]

    def has_change_permission(self, request, obj=None):
        return False  # a role is given or taken away, each with its own entry in the ledger

    def has_delete_permission(self, request, obj=None):
        own = obj is not None and obj.user.username in request.user.own_names
        return super().has_delete_permission(request, obj) and not own

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.giver = request.user
        return form

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record_grant(obj, given=True, by=request.user.ledger_name)

    def delete_model(self, request, obj):
        record_grant(obj, given=False, by=request.user.ledger_name)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for grant in queryset.exclude(user__username__in=request.user.own_names):
            self.delete_model(request, grant)


class ConflictForm(ModelForm):
    """Nobody keeps the list of what they themselves must not review."""

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("user") and cleaned["user"].username in self.giver.own_names:
            raise ValidationError(_("Nobody decides on their own conflicts of interest."))
        return cleaned


@admin.register(ConflictOfInterest)
class ConflictAdmin(admin.ModelAdmin):
    """Branches that a person must not review, kept by the security administrator."""

    form = ConflictForm
    formfield_overrides = CLEAN_COLUMNS
    list_display = ["user", "branch", "declared_at"]
    list_select_related = ["user", "branch"]
    search_fields = ["user__username", "user__label", "branch__name", "branch__code"]
    raw_id_fields = ["branch"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        own = obj is not None and obj.user.username in request.user.own_names
        return super().has_delete_permission(request, obj) and not own

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.giver = request.user
        return form

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record_conflict(obj, declared=True, by=request.user.ledger_name)

    def delete_model(self, request, obj):
        record_conflict(obj, declared=False, by=request.user.ledger_name)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for conflict in queryset.exclude(user__username__in=request.user.own_names):
            self.delete_model(request, conflict)


@admin.register(Absence)
class AbsenceAdmin(admin.ModelAdmin):
    """Who acts for whom, and when: to be looked at; holder and deputy change it on their own page."""

    list_display = ["grant", "deputy", "first_day", "last_day", "accepted_at", "ended_at", "reason"]
    list_select_related = ["grant__user", "deputy"]
    search_fields = ["grant__user__username", "grant__user__label", "deputy__username", "deputy__label"]
    date_hierarchy = "first_day"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


admin.site.unregister(AccessAttempt)


@admin.register(AccessAttempt)
class AttemptAdmin(AccessAttemptAdmin):
    """Wrong tries; deleting them lifts a lock."""

    actions = []

    def delete_model(self, request, obj):
        record_unlocking(obj, by=request.user.ledger_name)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for attempt in queryset:
            self.delete_model(request, attempt)
