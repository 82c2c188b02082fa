"""Templates keep to the strict policy and declare what they take."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PARTS = [path for path in TEMPLATES if path.parent.name == "components" or path.name.startswith("_")]


def ids(path):
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_no_style_and_no_script_is_written_inline(path):
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"""\sstyle\s*=|<style|\son[a-z]+\s*=\s*["']|javascript:""", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_every_part_is_included_with_only_what_it_is_given(path):
    includes = re.findall(r"{%\s*include\s[^%]*%}", path.read_text(encoding="utf-8"))

    assert all(re.search(r"\sonly\s*%}$", include) for include in includes)


@pytest.mark.parametrize("path", PARTS, ids=ids)
def test_every_part_says_in_its_first_line_what_it_takes(path):
    assert path.read_text(encoding="utf-8").startswith("{# takes")
