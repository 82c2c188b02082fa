"""A vectorised pandas rating of a whole round, run by an interpreter that has pandas and psycopg2 (no Django).

Usage: pandas_script.py JOB.json; prints {"seconds": …}. Reads with COPY, computes in columns of floats with half-up
rounding, and writes the rows of the portal's result table with COPY.
"""

from __future__ import annotations

import io
import json
import sys
import time

import numpy as np
import pandas as pd
import psycopg2

COMPARE = {">=": "ge", ">": "gt", "<=": "le", "<": "lt", "==": "eq", "!=": "ne"}


def half_up(numbers, decimals: int):
    scale = 10**decimals
    return np.floor(numbers * scale + 0.5 + 1e-7) / scale


def read(connection, sql: str, **options) -> pd.DataFrame:
    out = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({sql}) TO STDOUT (FORMAT CSV, HEADER)", out)
    out.seek(0)
    return pd.read_csv(out, **options)


class Round:
    """The round's branches as a frame and its values as one column per criterion and period."""

    def __init__(self, connection, job: dict) -> None:
        self.job, number = job, int(job["round"])
        self.branches = read(
            connection,
            "SELECT r.branch_id, r.county_id, r.township_id, b.population, b.households FROM evaluations_rosterentry r"
            f" JOIN branches_branch b ON b.id = r.branch_id WHERE r.round_id = {number}",
            dtype={"county_id": str, "township_id": str},
            index_col="branch_id",
        ).sort_index()
        values = read(
            connection,
            "SELECT branch_id, criterion_id * 10 + period AS slot, effective_state AS state, effective_units AS units"
            f" FROM evaluations_value WHERE round_id = {number}",
            dtype={"branch_id": np.int32, "slot": np.int32, "state": np.int8, "units": np.int64},
        )
        values["number"] = np.where(values.state == 2, np.inf, values.units / 10_000)  # infinity stands for NA
        values = values[values.state > 0]
        self.values = values.pivot(index="branch_id", columns="slot", values="number").reindex(self.branches.index)
        self.vetoes = read(
            connection,
            "SELECT branch_id, criterion_id, count(*) AS standing FROM evaluations_vetorecord"
            f" WHERE round_id = {number} AND lifted_at IS NULL GROUP BY 1, 2",
        )
        self.last = self.read_last(connection)
        self.nothing = pd.Series(np.nan, self.branches.index)

    def read_last(self, connection) -> pd.DataFrame:
        sources = [row["parameters"]["of"] for row in self.job["criteria"] if row["basis"] == "yoy_percent"]
        ids = ",".join(str(row["id"]) for row in self.job["criteria"] if row["code"] in sources) or "0"
        last = read(
            connection,
            "SELECT branch_id, criterion_id, effective_units AS units FROM evaluations_value"
            f" WHERE round_id = {int(self.job['previous'])} AND effective_state = 1 AND criterion_id IN ({ids})",
        )
        frame = last.pivot(index="branch_id", columns="criterion_id", values="units")
        return frame.reindex(self.branches.index) / 10_000

    def given(self, row: dict, period: int = 0) -> pd.Series:
        """Values of a criterion: NaN missing, infinity NA."""
        if row["veto"] and row["value_type"] == "count":
            own = self.vetoes[self.vetoes.criterion_id == row["id"]].set_index("branch_id").standing
            return own.reindex(self.branches.index).fillna(0).astype(float)
        return self.values.get(row["id"] * 10 + period, self.nothing)


def basis(data: Round, row: dict) -> pd.Series:
    if row["basis"] == "yoy_percent":
        source = next(one for one in data.job["criteria"] if one["code"] == row["parameters"]["of"])
        number, last = data.given(source), data.last.get(source["id"], data.nothing)
        formed = half_up((number / last - 1) * 100, 4)
        return formed.where(np.isfinite(number) & (last > 0), number.where(number.isna(), np.inf))
    number = data.given(row)
    if row["basis"] == "value":
        return number
    if row["basis"] == "percent_of_county_mean":
        mean = number.where(np.isfinite(number)).groupby(data.branches.county_id).transform("mean")
        return half_up(number / mean * 100, 4)
    size, factor = ("population", 1000) if row["basis"] == "per_1000_residents" else ("households", 100)
    people = data.branches[size]
    return half_up(number * factor / people, 4).where(people > 0, np.inf).where(number.notna(), np.nan)


def points(row: dict, number: pd.Series) -> pd.Series:
    """NaN where not applicable, 0 where missing."""
    rule, most, finite = row["parameters"], row["max_points"], number.replace(np.inf, np.nan)
    if row["rule"] == "threshold":
        worth = most * getattr(finite, COMPARE[rule["op"]])(float(rule["value"]))
    elif row["rule"] == "linear":
        way = (finite - rule["zero_at"]) / (rule["full_at"] - rule["zero_at"])
        worth = half_up(most * way.clip(0, 1), 4)
    elif row["rule"] == "deduct":
        worth = half_up((rule["start"] - rule["per_event"] * finite).clip(lower=rule["floor"], upper=most), 4)
    elif row["rule"] == "choice":
        worth = finite.map({place: float(one[2]) for place, one in enumerate(rule["options"], 1)})
    else:
        worth = pd.Series(0.0, number.index)
        for low, high, one in rule["bands"]:
            worth[(finite >= (-np.inf if low is None else low)) & (finite < (np.inf if high is None else high))] = one
    return worth.where(finite.notna(), 0.0).where(number != np.inf, np.nan)


def score(data: Round) -> tuple[pd.DataFrame, dict, dict]:
    """Points per criterion, and per star which branches are vetoed or miss a mandatory criterion."""
    codes = [star["code"] for star in data.job["stars"]]
    earned, no = {}, pd.Series(False, data.branches.index)
    vetoed, unmet = dict.fromkeys(codes, no), dict.fromkeys(codes, no)
    for row in data.job["criteria"]:
        number = None if row["quarters"] else basis(data, row)
        if number is None:
            quarters = [points(row, data.given(row, period)) for period in (1, 2, 3, 4)]
            earned[row["code"]] = half_up(pd.concat(quarters, axis=1).mean(axis=1), 4)
            continue
        earned[row["code"]] = worth = points(row, number)
        for star in codes if row["star"] == "all" or row["parameters"].get("on_fail") == "veto_all" else [row["star"]]:
            if row["veto"]:
                fine = getattr(number, COMPARE[row["parameters"]["op"]])(float(row["parameters"]["value"]))
                vetoed[star] = vetoed[star] | (np.isfinite(number) & ~fine)
            if row["mandatory"]:
                least = row["parameters"].get("mandatory_min")
                unmet[star] = unmet[star] | ~((worth > 0) | worth.isna() if least is None else number >= least)
    return pd.DataFrame(earned), vetoed, unmet


def conclude(data: Round, earned: pd.DataFrame, vetoed: dict, unmet: dict) -> pd.DataFrame:
    """Scores, stars, level, index and ranks."""
    result = data.branches[["county_id", "township_id"]].copy()
    has: dict[str, pd.Series] = {}
    for star in data.job["stars"]:
        own = [row for row in data.job["criteria"] if row["star"] == star["code"] and not row["veto"]]
        base, most = (
            [row["code"] for row in own if not row["bonus"]],
            [row["max_points"] for row in own if not row["bonus"]],
        )
        share = earned[base].sum(axis=1) / earned[base].notna().mul(most).sum(axis=1) * 100
        bonus = earned[[row["code"] for row in own if row["bonus"]]].sum(axis=1).clip(upper=star["cap"])
        total = half_up(half_up(share, 2) + half_up(bonus, 2), 2)
        result[star["code"]] = total
        has[star["code"]] = (total >= star["pass_line"]) & ~vetoed[star["code"]] & ~unmet[star["code"]]
    stars = data.job["stars"]
    result["level"] = sum(flags.astype(int) for flags in has.values())
    weighed = sum(result[star["code"]] * star["weight"] for star in stars)
    result["index"] = half_up(weighed / sum(star["weight"] for star in stars), 2)
    key = result.level * 100_000 + (result["index"] * 100).round()
    for scope in ("county", "township"):
        ranks = key.groupby(result[f"{scope}_id"]).rank(method="min", ascending=False)
        result[f"{scope}_rank"] = ranks.astype(int)
    for name, flags in (("earned", has), ("vetoed", vetoed), ("unmet", unmet)):
        result[name] = words(flags)
    return result


def words(flags: dict[str, pd.Series]) -> list[str]:
    """Per branch the codes of its flagged stars, in the slots' order."""
    slots = [code for code in ("industry", "ecology", "civility", "governance", "rule_of_law") if code in flags]
    masks = sum(flags[code].to_numpy().astype(int) << bit for bit, code in enumerate(slots))
    names = [" ".join(code for bit, code in enumerate(slots) if mask >> bit & 1) for mask in range(1 << len(slots))]
    return [names[mask] for mask in masks.tolist()]


def write(connection, job: dict, earned: pd.DataFrame, result: pd.DataFrame) -> None:
    units = (earned * 10_000).round().fillna(-1).astype(np.int64).to_numpy().tolist()
    texts = [json.dumps(row).replace("-1", "null") for row in units]
    frame = result.assign(round_id=job["round"], points=texts, basis="[]", parked="", input_digest="")
    out = io.StringIO()
    frame.to_csv(out, sep="\t", header=False, quoting=3, quotechar="\x01", escapechar=None)
    out.seek(0)
    names = ", ".join(f'"{name}"' for name in ["branch_id", *frame.columns])
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {job['table']} ({names}) FROM STDIN", out)
    connection.commit()


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    started = time.perf_counter()
    connection = psycopg2.connect(job["database"])
    data = Round(connection, job)
    earned, vetoed, unmet = score(data)
    write(connection, job, earned, conclude(data, earned, vetoed, unmet))
    print(json.dumps({"seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
