"""Addresses of sign-in and language."""

urlpatterns: list = []
