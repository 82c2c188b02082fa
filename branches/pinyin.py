"""Pinyin for sorting and searching Chinese place names; surnames are a table, since defaults get them wrong."""

from __future__ import annotations

import unicodedata

from pypinyin import Style, lazy_pinyin

# A village is often named after a family; these characters are read otherwise as a surname than in a text.
SURNAME_READINGS = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "朴": "piao", "盖": "ge", "区": "ou",
    "尉": "yu", "召": "shao", "缪": "miao", "宓": "mi", "员": "yun", "种": "chong", "翟": "zhai", "覃": "qin",
    "卜": "bu", "乐": "yue", "薄": "bo",
}  # fmt: skip
# … but only before a word for a settlement: 解家村 is the Xies' village, 解放村 means liberation.
SETTLEMENT_WORDS = frozenset("家庄氏姓店屯堡寨营湾坪沟桥集楼坡岭岗洼台窑咀村铺")
# How names of places begin, where a text would be read otherwise; of several that fit, the first.
OPENINGS = {
    "朝阳": "chao yang", "朝歌": "zhao ge", "召陵": "shao ling", "长": "chang", "重": "chong", "柏": "bai", "都": "du",
}  # fmt: skip


def syllables(name: str) -> list[str]:
    """The syllables of a name, lower case and without tones; a first character that is a surname reads as one."""
    name = unicodedata.normalize("NFC", name.strip())
    if not name:
        return []
    rest = lazy_pinyin(name, style=Style.NORMAL, errors=lambda other: [*other.lower()])
    if len(rest) != len(name):
        return rest
    opening = next((word for word in OPENINGS if name.startswith(word)), "")
    rest[: len(opening)] = OPENINGS.get(opening, "").split()
    if name[0] in SURNAME_READINGS and name[1:2] and name[1] in SETTLEMENT_WORDS:
        rest[0] = SURNAME_READINGS[name[0]]
    return rest


def sort_key(name: str) -> str:
    """A text that sorts as a Chinese list by pinyin does: syllable by syllable, then by the characters themselves."""
    return " ".join(syllables(name)) + "|" + name


def initials(name: str) -> str:
    """The first letters of the syllables: qsl for 青石岭."""
    return "".join(syllable[0] for syllable in syllables(name) if syllable)
