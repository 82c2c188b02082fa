"""The rating as a workbook that a county office could have built: a sheet per county, one formula per cell.

Inputs left, points in the middle, stars, level, index and ranks right. Missing is an empty cell, NA the text NA.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from evaluations.services.columns import CountyInputs
from scoring.engine import NOT_APPLICABLE, REPORTED
from scoring.units import SCALE

FIRST = 3  # rows 1 and 2 hold full points and county means
HERE = "§"  # stands for the row's number until the row is written


@dataclass
class Sheet:
    """Where each column of one county's sheet lies; `rows` is its number of branches."""

    rows: int
    names: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    formulas: dict[str, Callable[[str], str]] = field(default_factory=dict)

    def add(self, name: str, formula: Callable[[str], str] | None = None) -> str:
        self.places[name] = xl_col_to_name(len(self.names))
        self.names.append(name)
        if formula:
            self.formulas[name] = formula
        return name

    def column(self, name: str) -> str:
        return self.places[name]

    def cell(self, name: str, row: str) -> str:
        return f"{self.column(name)}{row}"

    def all(self, name: str) -> str:
        column = self.column(name)
        return f"${column}${FIRST}:${column}${FIRST + self.rows - 1}"


def write_workbook(path: Path, standard: dict, counties: list[CountyInputs]) -> None:
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    for inputs in counties:
        sheet = Sheet(len(inputs.codes))
        inputs_of = add_inputs(sheet, standard, inputs)
        add_points(sheet, standard)
        add_stars(sheet, standard)
        write_sheet(workbook.add_worksheet(inputs.county_code), sheet, standard, inputs_of)
    workbook.close()


def add_inputs(sheet: Sheet, standard: dict, inputs: CountyInputs) -> dict[str, list]:
    """Name the input columns and return their cells: codes, sizes, every value, last year's."""
    columns, compiled = inputs.columns, inputs.standard.compiled
    cells = {"branch": inputs.codes, "township": inputs.townships}
    for name in ("population", "households"):
        cells[name] = [None if number < 0 else number for number in getattr(columns, name).tolist()]
    for column, (place, period) in enumerate(compiled.slots):
        criterion = compiled.criteria[place]
        shown = columns.units[:, column], columns.state[:, column], criterion.options
        cells[f"{criterion.code}.{period}"] = values(*shown)
    for code, place in inputs.standard.of_places.items():
        cells[f"{code}.last"] = values(columns.last_units[:, place], columns.last_state[:, place], ())
    for name in cells:
        sheet.add(name)
    return cells


def values(units: np.ndarray, state: np.ndarray, options: tuple[str, ...]) -> list:
    """A column as people would type it."""
    return [
        "NA" if how == NOT_APPLICABLE else None if how != REPORTED
        else options[number // SCALE - 1] if options else number / SCALE
        for number, how in zip(units.tolist(), state.tolist(), strict=True)
    ]  # fmt: skip


def add_points(sheet: Sheet, standard: dict) -> None:
    """Per star what its points are computed from, then its base criteria side by side, then its bonus criteria."""
    for star in standard["stars"]:
        own = [row for row in standard["criteria"] if row["star"] == star["code"] and not row["veto"]]
        for row in own:
            add_steps(sheet, row)
        for row in sorted(own, key=lambda row: row["bonus"]):
            sheet.add(row["code"], lambda r, row=row: criterion_points(sheet, row, r))


def add_steps(sheet: Sheet, row: dict) -> None:
    """A criterion's quarters or its basis, where it has them."""
    if row["quarters"]:
        for period in (1, 2, 3, 4):
            source = f"{row['code']}.{period}"
            sheet.add(f"{source} points", lambda r, source=source: points(sheet, row, source, r))
    elif row["basis"] != "value":
        sheet.add(f"{row['code']} basis", lambda r: basis(sheet, row, r))


def criterion_points(sheet: Sheet, row: dict, r: str) -> str:
    if row["quarters"]:
        quarters = ",".join(sheet.cell(f"{row['code']}.{period} points", r) for period in (1, 2, 3, 4))
        return f'=IF(COUNT({quarters})=0,"NA",ROUND(AVERAGE({quarters}),4))'
    return points(sheet, row, f"{row['code']} basis" if row["basis"] != "value" else f"{row['code']}.0", r)


def basis(sheet: Sheet, row: dict, r: str) -> str:
    """The number scored: empty stays empty, NA stays NA."""
    if row["basis"] == "yoy_percent":
        source = row["parameters"]["of"]
        value, last = sheet.cell(f"{source}.0", r), sheet.cell(f"{source}.last", r)
        number = f'IF(N({last})>0,ROUND(({value}/{last}-1)*100,4),"NA")'
    else:
        value = sheet.cell(f"{row['code']}.0", r)
        if row["basis"] == "percent_of_county_mean":
            number = f"ROUND({value}/{sheet.column(row['code'] + '.0')}$2*100,4)"
        else:
            size, factor = ("population", 1000) if row["basis"] == "per_1000_residents" else ("households", 100)
            people = sheet.cell(size, r)
            number = f'IF(N({people})>0,ROUND({value}*{factor}/{people},4),"NA")'
    return f'=IF({value}="","",IF({value}="NA","NA",{number}))'


def points(sheet: Sheet, row: dict, source: str, r: str) -> str:
    cell = sheet.cell(source, r)
    return f'=IF({cell}="NA","NA",IF({cell}="",0,{RULES[row["rule"]](row, row["parameters"], cell)}))'


def threshold(row: dict, rule: dict, cell: str) -> str:
    return f"IF({holds(rule, cell)},{row['max_points']},0)"


def holds(rule: dict, cell: str) -> str:
    operator = {"==": "=", "!=": "<>"}.get(rule["op"], rule["op"])
    return f"{cell}{operator}{float(rule['value'])}"


def linear(row: dict, rule: dict, cell: str) -> str:
    span = rule["full_at"] - rule["zero_at"]
    return f"ROUND({row['max_points']}*MAX(0,MIN(1,({cell}-{rule['zero_at']})/{span})),4)"


def bands(row: dict, rule: dict, cell: str) -> str:
    text = "0"
    for low, high, worth in reversed(rule["bands"]):
        inside = [f"{cell}>={low}"] * (low is not None) + [f"{cell}<{high}"] * (high is not None)
        text = f"IF(AND({','.join(inside)}),{worth},{text})"
    return text


def deduct(row: dict, rule: dict, cell: str) -> str:
    left = f"{rule['start']}-{rule['per_event']}*{cell}"
    return f"ROUND(MIN({row['max_points']},MAX({rule['floor']},{left})),4)"


def choice(row: dict, rule: dict, cell: str) -> str:
    text = "0"
    for code, _label, worth in reversed(rule["options"]):
        text = f'IF({cell}="{code}",{worth},{text})'
    return text


RULES = {"threshold": threshold, "linear": linear, "bands": bands, "deduct": deduct, "choice": choice}


def add_stars(sheet: Sheet, standard: dict) -> None:
    """Score and star of each, then level, index and both ranks."""
    codes = [star["code"] for star in standard["stars"]]
    for star in standard["stars"]:
        sheet.add(f"{star['code']} score", lambda r, star=star: score(sheet, standard, star, r))
        sheet.add(f"{star['code']} star", lambda r, star=star: earned(sheet, standard, star, r))
    sheet.add("level", lambda r: "=" + "+".join(sheet.cell(f"{code} star", r) for code in codes))
    weights = {star["code"]: star["weight"] for star in standard["stars"]}
    weighed = lambda r: "+".join(f"{weights[code]}*{sheet.cell(f'{code} score', r)}" for code in codes)  # noqa: E731
    sheet.add("index", lambda r: f"=ROUND(({weighed(r)})/{sum(weights.values())},2)")
    sheet.add("key", lambda r: f"={sheet.cell('level', r)}*1000+{sheet.cell('index', r)}")
    sheet.add("county rank", lambda r: f"=RANK({sheet.cell('key', r)},{sheet.all('key')})")
    sheet.add("township rank", lambda r: township_rank(sheet, r))


def township_rank(sheet: Sheet, r: str) -> str:
    same = f"{sheet.all('township')},{sheet.cell('township', r)}"
    return f'=COUNTIFS({same},{sheet.all("key")},">"&{sheet.cell("key", r)})+1'


def score(sheet: Sheet, standard: dict, star: dict, r: str) -> str:
    own = [row for row in standard["criteria"] if row["star"] == star["code"] and not row["veto"]]
    base, bonus = [row["code"] for row in own if not row["bonus"]], [row["code"] for row in own if row["bonus"]]
    first, last = sheet.column(base[0]), sheet.column(base[-1])
    most = f"SUMPRODUCT(ISNUMBER({first}{r}:{last}{r})*{first}$1:{last}$1)"
    more = ",".join(sheet.cell(code, r) for code in bonus)
    return f"=ROUND(SUM({first}{r}:{last}{r})/{most}*100,2)+ROUND(MIN({star['cap']},SUM({more})),2)"


def earned(sheet: Sheet, standard: dict, star: dict, r: str) -> str:
    """1 where the score reaches the line, every mandatory criterion is met and nothing vetoes the star."""
    terms = [f"{sheet.cell(star['code'] + ' score', r)}>={star['pass_line']}"]
    for row in standard["criteria"]:
        if row["mandatory"] and row["star"] == star["code"]:
            least = row["parameters"].get("mandatory_min")
            cell = sheet.cell(row["code"], r) if least is None else sheet.cell(f"{row['code']}.0", r)
            terms.append(f'OR({cell}="NA",N({cell})>0)' if least is None else f'OR({cell}="NA",N({cell})>={least})')
        if row["veto"] and (row["star"] in (star["code"], "all")):
            cell = sheet.cell(f"{row['code']}.0", r)
            terms.append(f'OR({cell}="NA",{cell}="",{holds(row["parameters"], cell)})')
    return f"=IF(AND({','.join(terms)}),1,0)"


def write_sheet(worksheet, sheet: Sheet, standard: dict, cells: dict[str, list]) -> None:
    """Full points in row 1, means in row 2, then a row per branch."""
    write_above(worksheet, sheet, standard)
    formulas = {name: formula(HERE) for name, formula in sheet.formulas.items()}
    for row in range(sheet.rows):
        for place, name in enumerate(sheet.names):
            if name in formulas:
                formula = formulas[name].replace(HERE, str(FIRST + row))
                worksheet.write_formula(FIRST - 1 + row, place, formula)
            else:
                worksheet.write(FIRST - 1 + row, place, cells[name][row])


def write_above(worksheet, sheet: Sheet, standard: dict) -> None:
    most = {row["code"]: row["max_points"] for row in standard["criteria"] if not row["veto"]}
    compared = [f"{row['code']}.0" for row in standard["criteria"] if row["basis"] == "percent_of_county_mean"]
    for name, number in most.items():
        worksheet.write_number(0, sheet.names.index(name), number)
    for name in compared:
        worksheet.write_formula(1, sheet.names.index(name), f"=AVERAGE({sheet.all(name)})")


def column_names(standard: dict, inputs: CountyInputs) -> list[str]:
    """The columns of every sheet, in order."""
    sheet = Sheet(1)
    add_inputs(sheet, standard, inputs)
    add_points(sheet, standard)
    add_stars(sheet, standard)
    return sheet.names
