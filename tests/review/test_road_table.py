"""The road's document is the table's own; every guard of the table is a check of its subject's step."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from evaluations.services import objecting
from evaluations.services.appealing import AppealCase, FiledCase
from evaluations.services.revoking import RevocationCase
from evaluations.services.road.counties import CountyStep
from evaluations.services.road.proposals import ProposalStep
from evaluations.services.road.stars import StarStep
from evaluations.services.road.submissions import SubmissionStep
from evaluations.services.ruling import ObjectionCase
from evaluations.services.vetoing import VetoStep
from evaluations.workflow import ACTIONS, APPEAL, RECORD_OBJECTION, STATUSES, Subject

DOCS = Path(__file__).parents[2] / "docs"
STEPS = {
    Subject.COUNTY: CountyStep, Subject.PROPOSAL: ProposalStep, Subject.SUBMISSION: SubmissionStep,
    Subject.STAR: StarStep, Subject.APPEAL: AppealCase, Subject.OBJECTION: ObjectionCase,
    Subject.RESULT: RevocationCase, Subject.VETO: VetoStep,
}  # fmt: skip
MADE = {APPEAL.key: FiledCase, RECORD_OBJECTION.key: objecting}  # steps whose subject does not exist before them


@pytest.mark.parametrize(("name", "language"), [("workflow.md", "en"), ("workflow.zh-CN.md", "zh-hans")])
def test_the_document_says_what_the_table_says(name, language):
    out = io.StringIO()

    call_command("road_table", language=language, stdout=out)

    assert (DOCS / name).read_text(encoding="utf-8") == out.getvalue()


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda one: one.key)
def test_every_guard_of_the_table_is_a_check_of_its_step(action):
    step = MADE.get(action.key, STEPS[action.subject])

    missing = [name for name in action.guards if not callable(getattr(step, name, None))]

    assert missing == []


def test_every_status_is_reached_by_a_step_or_is_where_its_subject_begins():
    begins = {"draft", "waiting", "reviewing", "listed", "filed", "standing", "earned", "reviewed"}
    reached = {str(one.target) for one in ACTIONS.values()}

    assert {str(status) for statuses in STATUSES.values() for status in statuses} <= reached | begins


def test_no_step_is_named_twice_and_each_has_who_and_when():
    assert len({one.key for one in ACTIONS.values()}) == len(ACTIONS)
    assert all(one.roles and one.counties for one in ACTIONS.values())
