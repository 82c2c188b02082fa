"""The staff number by which two accounts are known to be one person's: written one way, whatever was typed."""

from __future__ import annotations

import unicodedata

# What is left of a number once it is written one way: capitals, digits, Chinese characters, - . _ /
WRITTEN = r"^[0-9A-Z一-鿿〇._/-]*$"


def staff_number(text: str) -> str:
    """The number without widths, spaces and small letters: "a－01 " is A-01."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())
