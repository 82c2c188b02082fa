"""Doors of signing in, and the health of the whole."""

from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.forms import SignInForm
from accounts.services import record_password, record_session

FORM_METHODS = ["get", "head", "post", "options"]


class SignIn(auth_views.LoginView):
    """Sign in, and go on to where one was going."""

    form_class = SignInForm
    http_method_names = FORM_METHODS
    redirect_authenticated_user = True

    @transaction.atomic
    def form_valid(self, form: SignInForm) -> HttpResponse:
        response = super().form_valid(form)
        record_session(form.get_user(), begun=True)
        return response


class SignOut(auth_views.LogoutView):
    """End the session; posted only."""

    @transaction.atomic
    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        user = request.user
        response = super().post(request, *args, **kwargs)
        if user.is_authenticated:
            record_session(user, begun=False)
        return response


class ChangePassword(auth_views.PasswordChangeView):
    """Change one's own password; other sessions of the account end."""

    template_name = "registration/password.html"
    http_method_names = FORM_METHODS
    success_url = reverse_lazy("home")

    @transaction.atomic
    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        record_password(self.request.user, by=self.request.user.ledger_name)
        return response


@never_cache
def locked_out(request: HttpRequest, response=None, credentials=None, *args, **kwargs) -> HttpResponse:
    """Say that the account is locked for a while, without saying whether it exists."""
    return render(request, "registration/locked.html", status=429)


@require_safe
@never_cache
def sign_in_for_admin(request: HttpRequest) -> HttpResponse:
    """The admin has no sign-in of its own; whoever is signed in and came here may not enter it."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer once the database answers; a load balancer and compose ask this."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
