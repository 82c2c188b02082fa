"""The limited process that writes comments into a workbook: `python -m tables.xlsx_mark_child FILE COMMENTS OUT`.

COMMENTS is JSON, {sheet: {cell: text}}. Each named cell gets its text as a comment and a red ground; comments written
this way before are taken out first. Everything else stays as openpyxl keeps it.
"""

import json
import resource
import sys
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from tables.xlsx_child import LIMITS

AUTHOR = "portal"
RED = PatternFill("solid", fgColor="FFF4C7C3")
NONE = PatternFill()
WIDTH, HEIGHT = 320, 110  # pixels of a comment


def mark(sheet: Worksheet, comments: dict[str, str]) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment, cell.fill = None, NONE
    for address, text in comments.items():
        cell = sheet[address]
        cell.comment, cell.fill = Comment(text, AUTHOR, height=HEIGHT, width=WIDTH), RED


def main() -> None:
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))
    file, comments, out = sys.argv[1:4]
    book = load_workbook(file)
    wanted = json.loads(Path(comments).read_text(encoding="utf-8"))
    for sheet in book.worksheets:
        mark(sheet, wanted.get(sheet.title, {}))
    book.save(out)


if __name__ == "__main__":
    main()
