"""Numbers that belong to a person and have no place in a text that others read: an identity card, a mobile phone."""

from __future__ import annotations

import re
import unicodedata

from tables.message import N_, Message

GAP = r"[ \t.\-_‐‑–—·•]{0,2}"  # how people break a long number
MOBILE = re.compile(rf"(?<!\d)1{GAP}[3-9](?:{GAP}\d){{9}}(?!{GAP}\d)")
CARD = re.compile(rf"(?<!\d)(?:\d{GAP}){{17}}[\dXx](?!\d)")
BORN = re.compile(r"\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")  # a day of birth in it
ABROAD = re.compile(rf"(?:\+|00)?86{GAP}(?=1{GAP}[3-9])")
SPELLED = str.maketrans("〇零一二三四五六七八九", "00123456789")


def private_number(text: str) -> Message | None:
    """What has to be taken out of this text, in a sentence; None where it holds no such number.

    Digits are read in any width and spelled in Chinese too. Division codes have 12 digits and pass.
    """
    plain = unicodedata.normalize("NFKC", text)
    for one in (plain, plain.translate(SPELLED)):
        if any(BORN.fullmatch(re.sub(r"[^\dXx]", "", found)) for found in CARD.findall(one)):
            return Message(N_("The text holds what looks like an identity card number. Take it out; the rest is kept."))
        if MOBILE.search(ABROAD.sub(" ", one)):
            return Message(N_("The text holds what looks like a mobile number. Take it out; the rest is kept."))
    return None
