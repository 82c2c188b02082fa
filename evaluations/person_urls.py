"""Addresses of a person's own pages, and of a county's vetoes."""

from django.urls import path

from evaluations.views import absences, inbox, vetoes

COUNTY = "rounds/<slug:slug>/<code:county>"

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<int:pk>/", inbox.open_item, name="inbox_open"),
    path("inbox/read/", inbox.read_all, name="inbox_read_all"),
    path("inbox/kinds/", inbox.kinds, name="inbox_kinds"),
    path("absences/", absences.absences, name="absences"),
    path("absences/<int:pk>/accept/", absences.accept, name="absence_accept"),
    path("absences/<int:pk>/end/", absences.end, name="absence_end"),
    path(f"{COUNTY}/vetoes/", vetoes.vetoes, name="vetoes"),
    path(f"{COUNTY}/vetoes.csv", vetoes.vetoes_file, {"suffix": "csv"}, name="vetoes_csv"),
    path(f"{COUNTY}/vetoes.xlsx", vetoes.vetoes_file, {"suffix": "xlsx"}, name="vetoes_xlsx"),
    path(f"{COUNTY}/vetoes/report/", vetoes.report, name="veto_report"),
    path(f"{COUNTY}/vetoes/<int:pk>/", vetoes.veto, name="veto"),
    path(f"{COUNTY}/vetoes/<int:pk>/ask/", vetoes.ask, name="veto_ask"),
    path(f"{COUNTY}/vetoes/<int:pk>/rule/", vetoes.rule, name="veto_rule"),
]
