"""Vetoes reported, asked to be lifted and ruled on, for tests."""

from datetime import date

import pytest

from evaluations.models import VetoRecord
from evaluations.services.vetoing import Report, VetoRefused, ask_lift, asked_mark, report_veto, rule_on_lift
from tests.review.world import STAR


def report(county, **fields) -> Report:
    given = {
        "branch": county.branches[0].code, "criterion": "ST-V1", "document": "环罚〔2026〕3号",
        "found_on": date(2024, 11, 2), "reporter": "市生态环境局县分局", "finding": "违法占用耕地 2 亩",
    }  # fmt: skip
    return Report(**given | fields)


def reported(county, by=None, **fields) -> VetoRecord:
    return report_veto(county.county, report(county, **fields), by=by or county.reviewers[STAR])


def asked(county, by=None) -> VetoRecord:
    return ask_lift(
        reported(county),
        county.county,
        reason="处罚已撤销",
        document="环撤〔2026〕1号",
        by=by or county.reviewers[STAR],
    )


def rule(county, record, lift=True, by=None, **more) -> VetoRecord:
    by = by or county.organization_approver
    told = {"reason": "经核实", "seen": asked_mark(VetoRecord.objects.get(pk=record.pk))} | more
    return rule_on_lift(record, county.county, lift=lift, by=by, **told)


def refused(step, *args, **kwargs) -> str:
    with pytest.raises(VetoRefused) as told:
        step(*args, **kwargs)
    return str(told.value)
