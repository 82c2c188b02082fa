"""The portal's addresses: includes only."""

from django.contrib import admin
from django.urls import include, path

from accounts.views import ChangePassword, SignOut, sign_in_for_admin

urlpatterns = [
    path("admin/login/", sign_in_for_admin, name="sign_in_for_admin"),
    path("admin/logout/", SignOut.as_view(), name="sign_out_of_admin"),  # the admin's own would leave no entry
    path("admin/password_change/", ChangePassword.as_view(), name="password_in_admin"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("evaluations.urls")),
]
