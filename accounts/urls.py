"""Addresses of sign-in, sign-out, password and language."""

from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("password/", views.ChangePassword.as_view(), name="password"),
    path("language/", require_POST(set_language), name="set_language"),
    path("healthz", views.health, name="health"),
]
