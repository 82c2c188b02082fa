"""One normaliser for every text a person or a file gives, and the guard that keeps text from becoming a formula."""

import re
import unicodedata

from tables.errors import BadCell
from tables.message import N_, Message

DROPPED = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF))  # invisible, come along with copied text, mean nothing
REVERSING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
BREAKS = frozenset("\n\u2028\u2029\x0b\x0c\x85")

# Leading blanks and apostrophes are looked through, so that guarding twice can be undone twice.
FORMULA = re.compile(r"[\s']*[=+\-@|＝＋－＠｜]|[\t\r\n]")
GUARDED = re.compile(r"'(?=[\s']*[=+\-@|＝＋－＠｜]|[\t\r\n])")


def clean_text(text: str, *, max_length: int | None = None, lines: bool = False) -> str:
    """`text` in NFC, trimmed, without invisible marks; BadCell when it holds what no text may hold.

    Refused: NUL and other control characters, lone surrogates, direction overrides, non-characters, line breaks unless
    `lines`. `max_length` counts code points of the result.
    """
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = text.translate(DROPPED).strip()
        refuse_characters(text, lines=lines)
    text = unicodedata.normalize("NFC", text).strip()
    if max_length is not None and len(text) > max_length:
        raise BadCell(Message(N_("text of at most %(length)s characters"), {"length": max_length}))
    return text


def refuse_characters(text: str, *, lines: bool) -> None:
    """Raise BadCell at the first character that no stored text may hold."""
    for char in text:
        if char == "\n" and lines:
            continue
        if char in BREAKS or char == "\r":
            raise BadCell(Message(N_("text on one line")))
        category = unicodedata.category(char)
        if category in ("Cc", "Cs") or char in REVERSING or is_noncharacter(char):
            code = f"U+{ord(char):04X}"
            raise BadCell(Message(N_("text without the control character %(code)s"), {"code": code}))


def is_noncharacter(char: str) -> bool:
    return (ord(char) & 0xFFFE) == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF


def guard_formula(text: str) -> str:
    """`text` as a spreadsheet will show it and not calculate it: an apostrophe before a formula's first sign."""
    return "'" + text if FORMULA.match(text) else text


def unguard_formula(text: str) -> str:
    """Undo guard_formula, so that a file we wrote reads back as what was stored."""
    return text[1:] if GUARDED.match(text) else text


def without_controls(text: str) -> str:
    """`text` for a file we write: control characters and lone surrogates, which no reader accepts, become nothing."""
    if text.isprintable():
        return text
    return "".join(
        char
        for char in text
        if char in "\t\r\n" or not (unicodedata.category(char) in ("Cc", "Cs") or is_noncharacter(char))
    )
