from axes.apps import AppConfig as AxesConfig
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    default = True
    name = "accounts"
    verbose_name = _("People and roles")

    def ready(self) -> None:
        from accounts import checks  # noqa: F401, PLC0415 registers what `check --deploy` asks


class SignInAttempts(AxesConfig):
    """django-axes under a name that the security administrator understands."""

    default = False
    verbose_name = _("Sign-in attempts")
