"""B-06: every text that any form of the portal takes goes through the one normaliser, every number through ours."""

import pkgutil
from importlib import import_module

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.test import RequestFactory

from branches.fields import Clean, CleanCharField, CleanDecimalField, CleanIntegerField
from tests.accounts.test_admin import staff
from tests.pages.world import STAFF

APPS = ("accounts", "branches", "config", "evaluations", "ledger", "scoring")
EXACT = forms.UUIDField  # takes nothing but a UUID


def every_form() -> dict[str, dict[str, forms.Field]]:
    """Name → fields, of the forms written in our apps and of those that the admin makes."""
    for app in APPS:
        package = import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if "migrations" not in module.name and not module.name.endswith(("wsgi", "asgi")):
                import_module(module.name)
    found = {f"{form.__module__}.{form.__qualname__}": form.base_fields for form in ours(forms.BaseForm)}
    for role in STAFF:
        request = RequestFactory().get("/")
        request.user = staff(role)
        found |= forms_of_admin(request)
    found["password"] = PasswordChangeForm.base_fields
    return found


def forms_of_admin(request) -> dict[str, dict[str, forms.Field]]:
    """The forms that this person may write with."""
    found = {}
    for model, page in admin.site._registry.items():
        if page.has_add_permission(request) or page.has_change_permission(request):
            found[f"admin {model.__name__}"] = page.get_form(request).base_fields
            for inline in page.inlines:
                formset = inline(model, admin.site).get_formset(request)
                found[f"admin {model.__name__} {inline.__name__}"] = formset.form.base_fields
    return found


def ours(base: type) -> list[type]:
    found = [] if not base.__module__.startswith(APPS) else [base]
    return found + [form for child in base.__subclasses__() for form in ours(child)]


def is_clean(field: forms.Field) -> bool:
    """Ours; a password is compared as it was typed and stored as nothing but its hash."""
    if isinstance(field, forms.CharField):
        return isinstance(field, (Clean, EXACT)) or isinstance(field.widget, forms.PasswordInput)
    if isinstance(field, forms.DecimalField):
        return isinstance(field, CleanDecimalField)
    if isinstance(field, forms.IntegerField):
        return isinstance(field, CleanIntegerField)
    return True


@pytest.mark.django_db
def test_every_text_and_number_field_of_every_form_is_ours():
    found = every_form()

    unclean = [(name, key) for name, fields in found.items() for key, field in fields.items() if not is_clean(field)]
    assert unclean == []
    assert {"admin Criterion", "admin CriteriaSet StarInline", "evaluations.forms.ValueForm"} <= set(found)


@pytest.mark.parametrize("field", [forms.CharField(), forms.DecimalField(), forms.IntegerField()])
def test_djangos_own_fields_would_be_found(field):
    assert not is_clean(field)


def test_a_password_is_left_as_it_was_typed():
    assert is_clean(SetPasswordForm.base_fields["new_password1"]) and is_clean(CleanCharField())
