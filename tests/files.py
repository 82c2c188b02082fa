"""Small files as the data contract describes them."""

from pathlib import Path

from tests.factories import CATALOGUE

REGIONS = """code,name,level
410000000000,中原省,province
419900000000,示范市,city
419901000000,示范县,county
419901001000,示范镇,township
419901002000,望禾镇,township
"""
BRANCHES = """code,name,kind,population,households
419901001201,青石岭村,village,2000,500
419901001202,五柳店村,village,1500,400
419901002201,仇家桥村,village,900,
419901002202,河湾社区,community,,
"""


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> str:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return str(path)


def county_files(folder: Path) -> tuple[str, str]:
    return write(folder, "regions.csv", REGIONS), write(folder, "branches.csv", BRANCHES)


CRITERIA = str(CATALOGUE / "village.csv")
STARS = str(CATALOGUE / "village_stars.csv")
