"""Addresses of what the public reads and writes, and of what follows from it: objections, appeals, revocations."""

from django.urls import path

from evaluations.views import public

COUNTY = "rounds/<slug:slug>/<code:county>"

urlpatterns = [
    path("robots.txt", public.robots, name="robots"),
    path("public/", public.counties, name="public"),
    path("public/receipts/", public.receipts, name="public_receipts"),
    path("public/receipts/<str:number>/", public.receipt, name="public_receipt"),
    path("public/<slug:slug>/<code:county>/", public.county, name="public_county"),
    path("public/<slug:slug>/<code:county>/<code:code>/object/", public.objection, name="public_objection"),
]
