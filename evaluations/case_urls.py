"""Addresses of what the public reads and writes, and of what follows from it: objections, appeals, revocations."""

from django.urls import path

from evaluations.views import appeals, objections, public, standing

COUNTY = "rounds/<slug:slug>/<code:county>"

urlpatterns = [
    path("robots.txt", public.robots, name="robots"),
    path("public/", public.counties, name="public"),
    path("public/receipts/", public.receipts, name="public_receipts"),
    path("public/receipts/<str:number>/", public.receipt, name="public_receipt"),
    path("public/<slug:slug>/<code:county>/", public.county, name="public_county"),
    path("public/<slug:slug>/<code:county>/<code:code>/object/", public.objection, name="public_objection"),
    path(f"{COUNTY}/objections/", objections.objections, name="objections"),
    path(f"{COUNTY}/objections/new/", objections.record, name="objection_new"),
    path(f"{COUNTY}/objections/<int:pk>/", objections.objection, name="objection"),
    path(f"{COUNTY}/appeals/", appeals.appeals, name="appeals"),
    path(f"{COUNTY}/appeals/new/<code:code>/", appeals.appeal_new, name="appeal_new"),
    path(f"{COUNTY}/appeals/<int:pk>/", appeals.appeal, name="appeal"),
    path(f"{COUNTY}/current/", standing.standing, name="standing"),
    path(f"{COUNTY}/current.csv", standing.standing_csv, name="standing_csv"),
    path(f"{COUNTY}/current.xlsx", standing.standing_xlsx, name="standing_xlsx"),
    path(f"{COUNTY}/current/<code:code>/revoke/", standing.revoke, name="revoke"),
]
