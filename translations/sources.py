"""Finds the texts that are shown to people, in Python and in templates, without running anything."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

# What each function takes before the values: its texts by role.
CALLS = {
    "_": ("msgid",),
    "N_": ("msgid",),
    "gettext": ("msgid",),
    "gettext_lazy": ("msgid",),
    "gettext_noop": ("msgid",),
    "ngettext": ("msgid", "plural"),
    "ngettext_lazy": ("msgid", "plural"),
    "pgettext": ("context", "msgid"),
    "pgettext_lazy": ("context", "msgid"),
    "npgettext": ("context", "msgid", "plural"),
    "npgettext_lazy": ("context", "msgid", "plural"),
}
SKIPPED = {".venv", ".git", "var", "node_modules", "staticfiles", "tests", "migrations", "__pycache__"}
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(rf"(?<![\w.])(n?p?gettext|_)\(\s*({STRING}(?:\s*,\s*{STRING})*)", re.DOTALL)


class UnreadableText(Exception):
    """A text that can't be translated as it is written, with its file and line."""


@dataclass(frozen=True, order=True)
class Text:
    """One text to translate: its English, its plural and context where it has them, and the file it is in."""

    msgid: str
    context: str = ""
    plural: str = ""
    place: str = ""


def texts_below(root: Path) -> Iterator[Text]:
    """Every text in the .py, .html and .txt files of the project at root, its tests left out."""
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if SKIPPED.intersection(inside.parts) or not path.is_file():
            continue
        if path.suffix == ".py":
            yield from python_texts(path.read_text(encoding="utf-8"), inside.as_posix())
        elif path.suffix in {".html", ".txt"} and "templates" in inside.parts:
            yield from template_texts(path.read_text(encoding="utf-8"), inside.as_posix())


def python_texts(source: str, place: str) -> Iterator[Text]:
    """The texts of one Python file. A call on a variable is left alone: its text is marked where it is written."""
    for node in ast.walk(ast.parse(source, filename=place)):
        roles = CALLS.get(called_name(node))
        if not roles:
            continue
        given = node.args[: len(roles)]
        if any(isinstance(argument, ast.JoinedStr) for argument in given):
            raise UnreadableText(f"{place}:{node.lineno}: an f-string can't be translated; name the values: %(name)s")
        if len(given) == len(roles) and all(is_literal(argument) for argument in given):
            yield Text(place=place, **{role: argument.value for role, argument in zip(roles, given, strict=True)})


def called_name(node: ast.AST) -> str:
    """The name a call is written with (`gettext`, or the last part of `translation.gettext`), else nothing."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def is_literal(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def template_texts(source: str, place: str) -> Iterator[Text]:
    """The texts of one template. Django turns it into Python-like calls, with % doubled as it will be at run time."""
    for match in TEMPLATE_CALL.finditer(templatize(source, origin=place)):
        roles = CALLS[match[1]]
        given = [ast.literal_eval(literal) for literal in re.findall(STRING, match[2], re.DOTALL)]
        yield Text(place=place, **dict(zip(roles, given, strict=False)))
