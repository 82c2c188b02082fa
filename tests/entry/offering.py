"""Files offered for values, by the service and by the page, for tests of evidence."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from evaluations.evidence.kinds import Refused
from evaluations.models import Evidence, Submission
from evaluations.services import evidence as service
from tests.entry import files, world

CODE, ONE = "CY-05", "WM-05"  # two files, one file; both a township's


def offer(county, name="a.pdf", content=files.PDF, *, code=CODE, branch=None, declared="", by=None) -> Evidence:
    branch = branch or county.branches[0]
    sent = service.Offer(branch.code, code, name, declared, content)
    return service.add_evidence(county.county, sent, by=by or county.clerk)


def refused(county, *args, **options) -> str:
    with pytest.raises(Refused) as told:
        offer(county, *args, **options)
    return str(told.value)


def stored(evidence: Evidence) -> bytes:
    return service.store().path(evidence.file_id).read_bytes()


def submitted(county):
    Submission.objects.update(status="submitted", receipt="SB-1", submitted_at=timezone.now())


def sent_file(name="a.pdf", content=files.PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def send(client, county, content=files.PDF, name="a.pdf", *, fetched=True, **fields):
    form = {"branch": county.branches[0].code, "criterion": CODE} | fields
    if content is not None:
        form["file"] = sent_file(name, content)
    headers = {"X-Requested-With": "evidence.js"} if fetched else {}
    return client.post(f"{county.base}/entry/evidence/", form, headers=headers)


def address(county, page, pk, slug="r2026", place=world.COUNTY) -> str:
    return reverse(f"evidence_{page}", args=[slug, place, pk])
