"""A workbook given back with comments in its cells, written by a child process that may use only so much."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from tables.errors import TableRefused
from tables.message import N_, Message
from tables.text import without_controls
from tables.xlsx_book import run


def marked(content: bytes, comments: Mapping[str, Mapping[str, str]]) -> bytes:
    """The workbook with the comments, {sheet: {cell: text}}; TableRefused where it cannot be written again."""
    with TemporaryDirectory() as folder:
        file, wanted, out = (Path(folder) / name for name in ("given.xlsx", "comments.json", "marked.xlsx"))
        file.write_bytes(content)
        wanted.write_text(json.dumps({name: clean(cells) for name, cells in comments.items()}), encoding="utf-8")
        with TemporaryFile() as said:
            done = run("tables.xlsx_mark_child", str(file), str(wanted), str(out), output=said)
        if not done or not out.exists():
            raise TableRefused([Message(N_("the workbook cannot be given comments; its errors are on the page"))])
        return out.read_bytes()


def clean(cells: Mapping[str, str]) -> dict[str, str]:
    """Comments without what no workbook may hold."""
    return {cell: without_controls(text) for cell, text in cells.items()}
