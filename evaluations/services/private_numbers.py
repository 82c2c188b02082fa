"""Numbers that belong to a person and have no place in a text that others read: an identity card, a mobile phone."""

from __future__ import annotations

import re
import unicodedata

from tables.errors import BadCell
from tables.message import N_, Message
from tables.text import clean_text

LONGEST = 300  # of a reason
GAP = r"[\W_]{0,3}+"  # how people break a long number: spaces, dashes, commas of any width, never a letter or digit
PROVINCE = rf"(?:1{GAP}[1-5]|2{GAP}[1-3]|3{GAP}[1-7]|4{GAP}[1-6]|5{GAP}[0-4]|6{GAP}[1-5]|7{GAP}1|8{GAP}[1-3])"
DAY_OF_BIRTH = GAP.join(
    ("", rf"(?:1{GAP}9|2{GAP}0)", r"\d", r"\d", rf"(?:0{GAP}[1-9]|1{GAP}[0-2])",
     rf"(?:0{GAP}[1-9]|[12]{GAP}\d|3{GAP}[01])", "")
)  # fmt: skip
# Each begins anywhere a number begins, within another's match too; no two parts of a pattern take the same character,
# so that reading is as long as the text.
CARD = re.compile(rf"(?<!\d){PROVINCE}(?:{GAP}\d){{4}}{DAY_OF_BIRTH}(?:\d{GAP}){{3}}[\dXx](?!\d)")
MOBILE = re.compile(rf"(?<!\d)(?=(1{GAP}[3-9](?:{GAP}\d){{9}})(?!\d))")
ABROAD = re.compile(rf"(?<!\d)(?:00)?86{GAP}(?=1{GAP}[3-9])")
# How a mobile number is grouped; years, amounts and lists of counts are grouped otherwise.
SHAPES = {
    (11,), (3, 8), (7, 4), (10, 1), (6, 5), (5, 6), (3, 4, 4), (3, 3, 5), (4, 4, 3), (4, 3, 4), (3, 4, 2, 2),
    (3, 2, 2, 2, 2), (1,) * 11,
}  # fmt: skip
SPELLED = str.maketrans("〇零一幺二三四五六七八九壹贰叁肆伍陆柒捌玖", "001123456789123456789")


def private_number(text: str) -> Message | None:
    """What has to be taken out of this text, in a sentence; None where it holds no such number.

    Digits are read in any width and spelled in Chinese too. Division codes have 12 digits and pass.
    """
    plain = unicodedata.normalize("NFKC", text)
    for one in dict.fromkeys((plain, plain.translate(SPELLED))):
        if CARD.search(one):
            return Message(N_("The text holds what looks like an identity card number. Take it out; the rest is kept."))
        if any(is_mobile(found[1]) for found in MOBILE.finditer(ABROAD.sub(" ", one))):
            return Message(N_("The text holds what looks like a mobile number. Take it out; the rest is kept."))
    return None


def is_mobile(found: str) -> bool:
    """Are its digits grouped as those of a mobile number? One decimal after a point is an amount's."""
    shape = tuple(len(group) for group in re.findall(r"\d+", found))
    return shape in SHAPES and not (shape[-1] == 1 and len(shape) == 2 and found[-2] == ".")


def fit_to_keep(text: str) -> str:
    """The text of a refused step, as the ledger may keep it for ever: nothing where it holds such a number.

    What was sent may be of any length and hold anything: it is kept as far as a reason goes, and only as clean text.
    """
    try:
        return "" if private_number(text) else clean_text(text[:LONGEST], max_length=LONGEST)
    except BadCell:
        return ""
