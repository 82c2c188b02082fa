"""Pinyin for sorting and searching Chinese place names; surnames are a table, since defaults get them wrong."""

from __future__ import annotations

import unicodedata

from pypinyin import Style, lazy_pinyin

# A village is often named after a family; these characters are read otherwise as a surname than in a text.
SURNAME_READINGS = {
    "单": "shan", "解": "xie", "查": "zha", "朴": "piao", "盖": "ge", "区": "ou", "召": "shao", "员": "yun",
    "种": "chong", "乐": "yue", "薄": "bo",
}  # fmt: skip
# … but only before a word for a settlement: 解家村 is the Xies' village, 解放村 means liberation.
SETTLEMENT_WORDS = frozenset("家庄氏姓店屯堡寨营湾坪沟桥集楼坡岭岗洼台窑咀村铺")
# What lies in the country round a village tells a family's name too, but for characters that mean something before it:
# 解河 is the Xies' river, 乐山 a happy mountain and 召庙 a temple.
LAND_WORDS = frozenset("河庙山塘渡塬原峪院林滩崖洞园场坊巷门头口湖圩墩渠泊井泉塔坟垌冲坳坝坑坞")
FAMILIES_ON_THE_LAND = frozenset("单解盖朴")
# How names of places begin, where a text would be read otherwise; of several that fit, the first. The last nine are
# characters that begin a place's name as a surname only.
OPENINGS = {
    "朝阳": "chao yang", "朝歌": "zhao ge", "召陵": "shao ling", "长": "chang", "重": "chong", "柏": "bai", "都": "du",
    "曾": "zeng", "仇": "qiu", "尉迟": "yu chi", "尉": "wei", "缪": "miao", "宓": "mi", "翟": "zhai", "覃": "qin",
    "卜": "bu",
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
    if is_a_family_s(name):
        rest[0] = SURNAME_READINGS[name[0]]
    return rest


def is_a_family_s(name: str) -> bool:
    """Does the name of a place begin with a surname that is read otherwise in a text?"""
    first, second = name[:1], name[1:2]
    if first not in SURNAME_READINGS or not second:
        return False
    return second in SETTLEMENT_WORDS or (first in FAMILIES_ON_THE_LAND and second in LAND_WORDS)


def sort_key(name: str) -> str:
    """A text that sorts as a Chinese list by pinyin does: syllable by syllable, then by the characters themselves."""
    return " ".join(syllables(name)) + "|" + name


def initials(name: str) -> str:
    """The first letters of the syllables: qsl for 青石岭."""
    return "".join(syllable[0] for syllable in syllables(name) if syllable)
