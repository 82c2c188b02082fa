"""Files offered as evidence: what is taken, what is refused and why."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Grant
from evaluations.evidence.kinds import LARGEST, Refused, kind_of, refuse_size
from evaluations.models import Evidence, EvidenceFile, RoundCounty, State, Submission
from evaluations.services import evidence as service
from tests.entry import files
from tests.entry.offering import CODE, ONE, offer, refused, stored, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_aside")]


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", files.workbook(), files.PDF])
def test_what_hangs_on_a_picture_is_gone(county, tail):
    evidence = offer(county, "a.png", files.picture("PNG") + tail)

    assert tail[:20] not in stored(evidence)


def told(folder) -> dict[str, str]:
    """What one limited process says of every file that name, size and first bytes let through."""
    said = {}
    for name, (content, _word) in files.HOSTILE.items():
        try:
            refuse_size(len(content))
            kind_of(name, "", content[:16])
            (folder / name).write_bytes(content)
        except Refused as refusal:
            said[name] = str(refusal)
    command = [sys.executable, "-m", "tests.entry.judging", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60)
    return said | json.loads(done.stdout)


def test_what_is_not_what_it_says_or_carries_more_is_refused(tmp_path):
    said = told(tmp_path)

    expected = {name: word for name, (_content, word) in files.HOSTILE.items()}
    assert said.keys() == expected.keys()
    assert {name: words for name, words in said.items() if expected[name] not in words} == {}
    assert all(words.lower().endswith("not uploaded.") for words in said.values())


@pytest.mark.parametrize("name", ["svg.png", "cut.jpg", "bomb.png", "script.pdf", "macros.docx", "links.xlsx"])
def test_of_what_is_refused_nothing_is_left(county, name):
    content, word = files.HOSTILE[name]

    assert word in refused(county, name, content)
    assert not Evidence.objects.exists() and not EvidenceFile.objects.exists()
    assert [path for path in service.store().root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("name", "declared", "taken"),
    [
        ("a.pdf", "application/pdf", True),
        ("a.PDF", "application/octet-stream", True),
        ("a.pdf", "text/html", False),
        ("a.pdf", "image/png", False),
    ],
)
def test_what_the_browser_declares_must_agree(county, name, declared, taken):
    if taken:
        assert offer(county, name, declared=declared).name == "a.pdf"
    else:
        assert "no PDF" in refused(county, name, declared=declared)


def test_the_limit_is_ten_megabytes_to_the_byte(county):
    largest = offer(county, "a.pdf", files.padded(LARGEST))

    assert largest.file.size == 10 * 1024 * 1024
    assert refused(county, "b.pdf", files.padded(LARGEST + 1)) == "10.1 MB; limit 10 MB; not uploaded."
    assert refused(county, "b.pdf", b"x" * 12 * 1024 * 1024) == "12 MB; limit 10 MB; not uploaded."


def test_as_many_files_are_taken_as_the_criterion_asks_for(county):
    offer(county, content=files.pdf(b"%1\n"))
    second = offer(county, content=files.pdf(b"%2\n"))

    assert refused(county, content=files.pdf(b"%3\n")).startswith("2 of 2 files")
    assert refused(county, code="WM-04") == "No file is asked for here. Not uploaded."
    service.take_back(county.county, second.pk, by=county.clerk)
    assert offer(county, content=files.pdf(b"%3\n"))


def test_nobody_fills_the_disk_by_adding_and_taking_back(county, monkeypatch):
    monkeypatch.setattr(service, "MOST_OFFERED", 3)
    for place in range(3):
        row = offer(county, content=files.pdf(b"%%%d\n" % place), code=ONE)
        service.take_back(county.county, row.pk, by=county.clerk)

    assert refused(county, code=ONE).startswith("3 files were offered")


def closed_county(county):
    RoundCounty.objects.filter(round=county.this).update(state=State.UNDER_REVIEW)


def past(county):
    RoundCounty.objects.filter(round=county.this).update(entry_due=timezone.now() - timedelta(minutes=1))


def returned_for_another(county):
    Submission.objects.update(unlocked=["WM-04"])


@pytest.mark.parametrize("shut", [closed_county, past, submitted, returned_for_another])
def test_files_are_locked_with_their_values(county, shut):
    evidence = offer(county)

    shut(county)

    with pytest.raises(service.Locked):
        offer(county, content=files.pdf(b"%2\n"))
    with pytest.raises(service.Locked):
        service.take_back(county.county, evidence.pk, by=county.clerk)
    assert Evidence.objects.filter(removed_at=None).count() == 1


def test_of_a_returned_submission_the_named_criteria_take_files(county):
    Submission.objects.update(unlocked=[CODE])

    assert offer(county)


def test_a_department_offers_files_for_its_own_criteria_of_any_branch(county):
    far = county.branches[-1]

    assert offer(county, code="CY-01", branch=far, by=county.farms)
    with pytest.raises(service.Locked, match="entered by"):
        offer(county, branch=far, by=county.farms)
    with pytest.raises(service.Locked, match="entered by"):
        offer(county, code="CY-01")


def test_there_is_no_value_of_a_stranger_s_branch(county):
    with pytest.raises(service.Unknown):
        offer(county, branch=county.branches[-1])
    with pytest.raises(service.Unknown):
        offer(county, code="XX-99")


def test_whoever_loses_the_role_while_the_file_is_read_has_nothing_recorded(county, monkeypatch):
    examine = service.examine

    def slow(*args):
        examine(*args)
        Grant.objects.filter(user=county.clerk).delete()

    monkeypatch.setattr(service, "examine", slow)

    with pytest.raises(service.Unknown):
        offer(county)
    assert not Evidence.objects.exists()
