"""The generated county: always the same bytes, exactly the published shape, no real place."""

import csv
import hashlib
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from demo.county import SHOWN_VILLAGE, TOWNSHIPS, regions, villages
from demo.files import contents, write_files
from demo.standard import village_catalogue
from demo.years import columns_of, make_years
from scoring.engine import rate
from scoring.ranking import township_table

ROOT = Path(__file__).parents[2]
DIGEST = "5b92b945d1e083f4bd32d3e25fc31a6211cdb337ec82873bbaf74885dbacd191"
DIGEST_OF_CONTENTS = """
import hashlib
from demo.files import contents
digest = hashlib.sha256()
for name, content in contents():
    digest.update(name.encode() + bytes(1) + content)
print(digest.hexdigest())
"""
SLOTS = 55  # a branch's values when none is missing, counted vetoes aside (this year has 8 of those)
FROM_THE_BEST = slice(None, None, -1)


@pytest.fixture(scope="module")
def rated():
    """Both years rated by the engine, this year first."""
    return [(year, rate(village_catalogue().compiled, columns_of(year))) for year in make_years()]


@pytest.fixture(scope="module")
def files():
    return {name: list(csv.DictReader(io.StringIO(content.decode()))) for name, content in contents()}


def levels(results) -> list[int]:
    return np.bincount(results.level, minlength=6)[FROM_THE_BEST].tolist()


def table_of(year, results) -> dict:
    names = [villages()[place].township for place in year.places]
    return {unit.key: unit for unit in township_table(names, results, np.ones(len(names), bool))}


@pytest.mark.parametrize("seed", ["1", "2"])
def test_files_are_the_same_bytes_in_every_process(seed):
    command = [sys.executable, "-c", DIGEST_OF_CONTENTS]

    out = subprocess.run(command, cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True)

    assert out.stdout.strip() == DIGEST


def test_files_are_written_as_generated(tmp_path):
    digest = hashlib.sha256()

    for path in write_files(tmp_path / "new"):
        digest.update(path.name.encode() + bytes(1) + path.read_bytes())

    assert digest.hexdigest() == DIGEST


def test_this_year_has_11_63_144_327_24_and_5(rated):
    _year, results = rated[0]

    assert levels(results) == [11, 63, 144, 327, 24, 5]
    assert not any(results.parked)


def test_last_year_has_8_49_131_335_42_and_8(rated):
    _year, results = rated[1]

    assert levels(results) == [8, 49, 131, 335, 42, 8]
    assert not any(results.parked)


def test_shown_township_has_6_four_18_three_of_55(rated):
    shown = table_of(*rated[0])["示范镇"]

    assert shown.levels[FROM_THE_BEST][:3] == (0, 6, 18)
    assert (shown.line.rated, shown.line.share) == (55, 4364)


def test_every_township_comes_out_as_planned(rated):
    table = table_of(*rated[0])

    assert {name: (unit.line.three_plus, unit.line.rated) for name, unit in table.items()} == {
        township.name: (township.three_plus, township.villages) for township in TOWNSHIPS
    }


def test_scores_are_spread_and_some_miss_narrowly(rated):
    _year, results = rated[0]
    narrow = (results.scores < 8000) & (results.scores > 7700) & ~results.earned

    assert results.scores.min() >= 5500
    assert results.scores.max() <= 9700
    assert 150 < narrow.sum() < 450
    assert (results.unmet & (results.scores >= 8000)).any()


def test_nine_vetoes_fall_on_eight_branches_one_of_them_high(files, rated):
    year, results = rated[0]
    codes = {criterion.code for criterion in village_catalogue().compiled.criteria if criterion.veto}
    found = [row for row in files["values-2026-reported.csv"] if row["indicator"] in codes and row["value"] != "false"]

    assert len(found) == 9
    assert len({row["branch"] for row in found}) == 8
    assert all(row["document"] and row["note"] and row["source"] for row in found)
    assert results.scores[results.vetoed].max() > 9000


def test_some_neighbours_tie(rated):
    _year, results = rated[0]

    for level in (5, 4):
        index = results.index[results.level == level].tolist()
        assert len(set(index)) < len(index)


def test_every_code_lies_under_the_fictional_city():
    below = [code for code, _name, level in regions() if level != "province"] + [one.code for one in villages()]

    assert all(code.startswith("4199") and len(code) == 12 for code in below)
    assert [code for code, _name, level in regions() if level == "province"] == ["410000000000"]


def test_villages_have_names_of_their_own():
    names = [village.name for village in villages()]

    assert len(names) == len(set(names)) == 574
    assert all(name.endswith("村") and 3 <= len(name) <= 5 for name in names)
    assert {"仇", "查", "单", "解"} <= {name[0] for name in names}
    assert next(village for village in villages() if village.name == SHOWN_VILLAGE).township == "示范镇"


def test_some_branches_have_no_households():
    assert 3 <= sum(village.households is None for village in villages()) <= 10


def test_values_have_gaps_reasons_corrections_and_rulings(files):
    reported = files["values-2026-reported.csv"]
    given = {(row["branch"], row["indicator"], row["period"]): row["value"] for row in reported}
    corrected = files["values-2026-department.csv"]
    not_applicable = [row for row in reported if row["value"] == "NA"]

    assert 80 < len(not_applicable) < 300
    assert all(row["note"] for row in not_applicable)
    assert 60 < len(corrected) < 200
    assert all(given[row["branch"], row["indicator"], row["period"]] != row["value"] for row in corrected)
    assert len(files["values-2026-township.csv"]) > len(corrected)
    assert len(files["values-2026-final.csv"]) == 5
    assert 80 < 574 * SLOTS + 8 - len(given) < 250  # the gaps
