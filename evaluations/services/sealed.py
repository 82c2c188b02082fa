"""A sealed county's inputs, read from its file: what it is rated from, now that its tables may have moved on."""

from __future__ import annotations

import json

import numpy as np

from branches.models import Branch
from evaluations.models import EvaluationRound, SealedCounty, SealedRating
from evaluations.services.columns import CountyInputs
from scoring.compiled import CompiledSet
from scoring.engine import ENGINE_VERSION, Columns
from scoring.standard import published_standard


def columns_of(content: dict, compiled: CompiledSet) -> Columns:
    """The columns of a sealed file, one row per branch of its roster."""
    roster, given = content["roster"], content["inputs"]
    shape = {"units": len(compiled.slots), "state": len(compiled.slots)}
    shape |= {"last_units": len(compiled.criteria), "last_state": len(compiled.criteria)}
    blank = np.zeros((len(roster), len(compiled.stars)), bool)  # a file sealed without a review withholds nothing
    kinds = {name: np.int64 if name.endswith("units") else np.int8 for name in shape}
    return Columns(
        **{name: np.array(given[name], kinds[name]).reshape(len(roster), width) for name, width in shape.items()},
        population=np.array([row["population"] for row in roster], np.int64),
        households=np.array([row["households"] for row in roster], np.int64),
        withheld=np.array(given.get("withheld", blank), bool).reshape(blank.shape),
    )


def read_sealed(evaluation: EvaluationRound, county_code: str) -> CountyInputs | None:
    """What `read_county` would have read when the county was sealed; None where another engine sealed it.

    The results of a sealed county can so be deleted and computed again like any other's, and come out the same.
    """
    seal = SealedCounty.objects.get(round=evaluation, county=county_code)
    if seal.engine_version != ENGINE_VERSION:
        return None
    content = json.loads(seal.content)
    codes = [row["branch"] for row in content["roster"]]
    ids = dict(Branch.objects.filter(code__in=codes).values_list("code", "pk"))
    branch_ids = np.array([ids[code] for code in codes], np.int64)
    last = dict(
        SealedRating.objects.filter(seal__round=evaluation.previous_id, branch__in=ids.values()).values_list(
            "branch", "county_rank"
        )
    )
    ranks = np.array([last.get(branch) or -1 for branch in branch_ids.tolist()], np.int64)
    standard = published_standard(evaluation.criteria_set_id)
    townships = [row["township"] for row in content["roster"]]
    columns = columns_of(content, standard.compiled)
    return CountyInputs(evaluation, county_code, standard, branch_ids, codes, townships, ranks, columns)
