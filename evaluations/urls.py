"""Addresses of rounds, rankings and branches."""

urlpatterns: list = []
