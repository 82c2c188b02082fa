"""Recomputing a round: start it, see how far it is, stop it, go on."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluations.reading.runs import Progress, failures_told, latest_runs, round_run_by, run_seen_by
from evaluations.services import runs as services


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def runs(request: HttpRequest, slug: str) -> HttpResponse:
    """The round's runs; a POST starts one, or goes to the one under way."""
    evaluation = round_run_by(request.user, slug)
    if request.method == "POST":
        return redirect("run", services.request_run(evaluation, by=request.user.ledger_name).pk)
    listed = latest_runs(evaluation, request.user)
    return render(request, "evaluations/runs.html", {"round": evaluation, "runs": listed})


@require_safe
@login_required
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run; a poll gets only the part that changes, and 286 (htmx: stop asking) once it has ended."""
    progress = Progress(run_seen_by(request.user, pk), failures_told(request.user))
    if not request.htmx:
        return render(request, "evaluations/run.html", {"progress": progress, "round": progress.run.round})
    return render(request, "evaluations/_run.html", {"progress": progress}, status=200 if progress.running else 286)


@require_POST
@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    services.cancel_run(run_seen_by(request.user, pk), by=request.user.ledger_name)
    return redirect("run", pk)


@require_POST
@login_required
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("run", services.resume_run(run_seen_by(request.user, pk), by=request.user.ledger_name).pk)
