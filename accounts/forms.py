"""Forms of signing in and of accounts."""

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings
from django.contrib.auth.forms import AdminUserCreationForm, AuthenticationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from accounts.services import refuse_known_name, refuse_person, refuse_renumbering
from accounts.staff_numbers import staff_number
from branches.fields import CleanCharField, CleanEmailField, CleanUsernameField


class StaffNumberField(CleanCharField):
    """A staff number, written one way."""

    def to_python(self, value: object) -> str:
        return staff_number(super().to_python(value))


CLEAN = {
    "username": CleanUsernameField, "email": CleanEmailField, "label": CleanCharField, "person": StaffNumberField,
}  # fmt: skip


class SignInForm(AuthenticationForm):
    """Account and password; a wrong one says how many tries are left."""

    username = CleanUsernameField(widget=forms.TextInput(attrs={"autofocus": True}))

    def clean(self) -> dict:
        """No account's name is longer than its column, and a wrong try with a longer one could not be counted."""
        if len(self.cleaned_data.get("username", "")) > User._meta.get_field("username").max_length:
            raise self.get_invalid_login_error()
        return super().clean()

    def get_invalid_login_error(self) -> ValidationError:
        left = settings.AXES_FAILURE_LIMIT - AxesProxyHandler.get_failures(self.request, self.cleaned_data)
        if left <= 0:
            return ValidationError(_("Too many wrong passwords. Try again in 15 minutes."), code="locked")
        message = ngettext_lazy(
            "Wrong account or password; %(left)s try left.", "Wrong account or password; %(left)s tries left.", left
        )
        return ValidationError(message, code="invalid_login", params={"left": left})


class AccountForm(UserChangeForm):
    """An account as the system administrator edits it; duties are looked at again when it becomes somebody else's."""

    class Meta(UserChangeForm.Meta):
        model = User
        field_classes = CLEAN

    def clean(self) -> dict:
        cleaned = super().clean()
        stored = User.objects.get(pk=self.instance.pk)
        known = User(pk=stored.pk, username=stored.username, is_active=cleaned.get("is_active", True))
        known.person = cleaned.get("person", stored.person)  # where the field isn't offered it stays
        refuse_renumbering(stored, known.person)
        if (known.person, known.is_active) != (stored.person, stored.is_active):
            refuse_person(known)
        return cleaned


class NewAccountForm(AdminUserCreationForm):
    """A new account with its first password; never under a name by which the ledger knows somebody."""

    def clean_username(self) -> str:
        username = super().clean_username()
        refuse_known_name(username)
        return username

    class Meta(AdminUserCreationForm.Meta):
        model = User
        field_classes = CLEAN
