"""Addresses of a county's road: the organization department's own pages."""

from django.urls import path

from evaluations.views import county_road

COUNTY = "rounds/<slug:slug>/<code:county>"

urlpatterns = [
    path(f"{COUNTY}/road/", county_road.road, name="county_road"),
    path(f"{COUNTY}/road/calendar/", county_road.calendar, name="county_calendar"),
    path(f"{COUNTY}/road/branches/", county_road.branches, name="county_branches"),
    path(f"{COUNTY}/road/branches/<code:code>/", county_road.branch, name="county_branch"),
    path(f"{COUNTY}/road/absent/", county_road.absent, name="county_absent"),
    path(f"{COUNTY}/road/list/", county_road.proposed, name="county_list"),
    path(f"{COUNTY}/road/steps/<slug:key>/", county_road.step, name="county_step"),
]
