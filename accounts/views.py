"""Doors of signing in, and the health of the whole."""

from django.contrib.auth import views as auth_views
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.http import require_safe

from accounts.forms import SignInForm


class SignIn(auth_views.LoginView):
    """Sign in, and go on to where one was going."""

    form_class = SignInForm
    redirect_authenticated_user = True


class ChangePassword(auth_views.PasswordChangeView):
    """Change one's own password; other sessions of the account end."""

    template_name = "registration/password.html"
    success_url = reverse_lazy("home")


def locked_out(request: HttpRequest, response=None, credentials=None, *args, **kwargs) -> HttpResponse:
    """Say that the account is locked for a while, without saying whether it exists."""
    return render(request, "accounts/locked_out.html", status=429)


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer once the database answers; a load balancer and compose ask this."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
