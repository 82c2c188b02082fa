"""LibreOffice Calc without a window: open the workbook, compute every formula, save every sheet as CSV."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""  # always recalculate: the file holds no results of its own
ALL_SHEETS_AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
LIMIT_SECONDS = 1800


def program() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


def recalculate(workbook: Path, directory: Path) -> list[Path]:
    """Return the CSV files, one per sheet. Raises CalledProcessError or TimeoutExpired."""
    profile = directory / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    if not settings.exists():
        settings.parent.mkdir(parents=True)
        settings.write_text(PROFILE, encoding="utf-8")
    command = [program(), f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", ALL_SHEETS_AS_CSV]
    out = directory / workbook.stem
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run(
        [*command, "--outdir", str(out), str(workbook)], check=True, capture_output=True, timeout=LIMIT_SECONDS
    )
    return sorted(out.glob("*.csv"))


def answers(files: list[Path], names: list[str]) -> dict[str, tuple]:
    """Branch code → level, index in hundredths, county rank, township rank, from the computed sheets."""
    wanted = [names.index(name) for name in ("level", "index", "county rank", "township rank")]
    found = {}
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            for row in list(csv.reader(lines))[2:]:
                level, index, county, township = (float(row[place]) for place in wanted)
                found[row[0]] = (int(level), round(index * 100), int(county), int(township))
    return found


def start_once(directory: Path) -> None:
    """Let Calc make its profile and warm up on a tiny sheet."""
    tiny = directory / "tiny.csv"
    tiny.write_text("1,2\n", encoding="utf-8")
    recalculate(tiny, directory)
