"""The portal's addresses: includes only."""

from django.contrib import admin
from django.urls import include, path

from accounts.views import sign_in_for_admin

urlpatterns = [
    path("admin/login/", sign_in_for_admin, name="sign_in_for_admin"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("evaluations.urls")),
]
