"""Addresses of rounds, rankings and branches."""

from django.urls import include, path, register_converter

from evaluations.views import (
    branch,
    burden,
    check,
    countersign,
    entry_answer,
    entry_form,
    entry_grid,
    entry_overview,
    entry_submit,
    entry_work,
    evidence,
    home,
    ledger,
    ranking,
    review,
    review_bulk,
    runs,
    samples,
    uploads,
    values,
)


class DivisionCode:
    """Twelve digits: a region's or a branch's code."""

    regex = "[0-9]{12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DivisionCode, "code")
COUNTY = "rounds/<slug:slug>/<code:county>"

urlpatterns = [
    path(f"{COUNTY}/values/", values.save_values, name="save_values"),  # asked for most, so looked for first
    path("", include("evaluations.case_urls")),
    path("", include("evaluations.county_urls")),
    path("", include("evaluations.person_urls")),
    path("", home.home, name="home"),
    path("rounds/<slug:slug>/counties/", home.counties, name="counties"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/export/", ledger.export, name="ledger_export"),
    path("ledger/verify/", ledger.verify, name="ledger_verify"),
    path(f"{COUNTY}/ranking/", ranking.ranking, name="ranking"),
    path(f"{COUNTY}/ranking.csv", ranking.ranking_csv, name="ranking_csv"),
    path(f"{COUNTY}/ranking.xlsx", ranking.ranking_xlsx, name="ranking_xlsx"),
    path(f"{COUNTY}/townships/", ranking.townships, name="townships"),
    path(f"{COUNTY}/branches/<code:code>/", branch.branch, name="branch"),
    path(f"{COUNTY}/standard/", branch.standard, name="standard"),
    path(f"{COUNTY}/entry/burden/", burden.burden, name="entry_burden"),
    path(f"{COUNTY}/entry/evidence/", evidence.add, name="evidence"),
    path(f"{COUNTY}/entry/evidence/<int:pk>/remove/", evidence.remove, name="evidence_remove"),
    path(f"{COUNTY}/evidence/<int:pk>/", evidence.file, name="evidence_file"),
    path(f"{COUNTY}/evidence/<int:pk>/thumbnail/", evidence.thumbnail, name="evidence_thumbnail"),
    path(f"{COUNTY}/entry/grid/", entry_grid.entry_grid, name="entry_grid"),
    path(f"{COUNTY}/entry/points/", entry_grid.entry_points, name="entry_points"),
    path(f"{COUNTY}/entry/branches/<code:code>/", entry_form.entry_branch, name="entry_branch"),
    path("start/", entry_work.start, name="start"),
    path(f"{COUNTY}/entry/", entry_work.work, name="work"),
    path(f"{COUNTY}/entry/submit/", entry_submit.submit, name="entry_submit"),
    path(f"{COUNTY}/entry/withdraw/", entry_submit.withdraw, name="entry_withdraw"),
    path(f"{COUNTY}/entry/receipts/<str:number>/", entry_submit.receipt, name="entry_receipt"),
    path(f"{COUNTY}/entry/answer/", entry_answer.answer, name="entry_answer"),
    path(f"{COUNTY}/check/", check.check, name="check"),
    path(f"{COUNTY}/check/<code:code>/", check.check_branch, name="check_branch"),
    path(f"{COUNTY}/check/<code:code>/<slug:star>/", check.check_branch, name="check_star"),
    path(f"{COUNTY}/review/<slug:star>/", review.review_queue, name="review_queue"),
    path(f"{COUNTY}/review/<slug:star>/several/", review_bulk.review_bulk, name="review_bulk"),
    path(f"{COUNTY}/review/<slug:star>/undo/", review_bulk.review_undo, name="review_undo"),
    path(f"{COUNTY}/review/<slug:star>/visits/", samples.review_samples, name="review_samples"),
    path(f"{COUNTY}/review/<slug:star>/visits/<int:pk>/", samples.review_visit, name="review_visit"),
    path(f"{COUNTY}/review/<slug:star>/<code:code>/", review.review_star, name="review_star"),
    path(f"{COUNTY}/review/<slug:star>/<code:code>/correct/", review.review_correct, name="review_correct"),
    path(f"{COUNTY}/countersign/", countersign.countersigns, name="countersigns"),
    path(f"{COUNTY}/countersign/<str:criterion>/", countersign.countersign, name="countersign"),
    path(f"{COUNTY}/entry/overview/", entry_overview.overview, name="entry_overview"),
    path(f"{COUNTY}/entry/overview/branches/", entry_overview.branches, name="entry_branches"),
    path(f"{COUNTY}/entry/deadline/", entry_overview.due, name="entry_due"),
    path(f"{COUNTY}/entry/extensions/", entry_overview.ask, name="entry_ask"),
    path(f"{COUNTY}/entry/extensions/<int:pk>/", entry_overview.decide, name="entry_decide"),
    path(f"{COUNTY}/entry/workbook/", uploads.workbook, name="entry_workbook"),
    path(f"{COUNTY}/entry/workbook.xlsx", uploads.workbook_file, name="entry_workbook_file"),
    path(f"{COUNTY}/entry/import/", uploads.table, name="entry_import"),
    path(f"{COUNTY}/entry/uploads/", uploads.uploads, name="uploads"),
    path(f"{COUNTY}/entry/uploads/<int:pk>/", uploads.upload, name="upload"),
    path(f"{COUNTY}/entry/uploads/<int:pk>/errors.xlsx", uploads.upload_errors, name="upload_errors"),
    path("rounds/<slug:slug>/runs/", runs.runs, name="runs"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("runs/<int:pk>/cancel/", runs.cancel, name="cancel_run"),
    path("runs/<int:pk>/resume/", runs.resume, name="resume_run"),
]
