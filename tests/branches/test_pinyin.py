"""Pinyin of place names: surnames read as such before a word for a settlement, and only there."""

import pytest

from branches.pinyin import SURNAME_READINGS, initials, sort_key, syllables


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("曾家岭村", "zeng jia ling cun"), ("单家寨村", "shan jia zhai cun"), ("解家桥村", "xie jia qiao cun"),
        ("仇家沟村", "qiu jia gou cun"), ("查家店村", "zha jia dian cun"), ("朴家湾村", "piao jia wan cun"),
        ("盖家坡村", "ge jia po cun"), ("区家村", "ou jia cun"), ("尉庄村", "wei zhuang cun"),
        ("翟家坪村", "zhai jia ping cun"), ("覃家集村", "qin jia ji cun"), ("种家铺村", "chong jia pu cun"),
        ("解河村", "xie he cun"), ("单庙村", "shan miao cun"), ("盖峪村", "ge yu cun"),
        ("曾塬村", "zeng yuan cun"), ("仇山村", "qiu shan cun"), ("尉迟营村", "yu chi ying cun"),
        ("缪塘村", "miao tang cun"),
    ],
)  # fmt: skip
def test_a_family_s_village_begins_with_its_surname(name, read):
    assert " ".join(syllables(name)) == read


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("解放村", "jie fang cun"), ("单刀村", "dan dao cun"), ("查验村", "cha yan cun"), ("种植村", "zhong zhi cun"),
        ("青石岭村", "qing shi ling cun"), ("长乐村", "chang le cun"), ("重阳村", "chong yang cun"),
        ("朝阳村", "chao yang cun"), ("曾村", "zeng cun"), ("乐园村", "le yuan cun"),
        ("乐山村", "le shan cun"), ("召庙村", "zhao miao cun"), ("种山村", "zhong shan cun"),
        ("薄山村", "bao shan cun"),
    ],
)  # fmt: skip
def test_the_same_characters_read_otherwise_in_a_word(name, read):
    assert " ".join(syllables(name)) == read


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("朝阳沟村", "chao yang gou cun"), ("朝歌村", "zhao ge cun"), ("长岭村", "chang ling cun"),
        ("长胜村", "chang sheng cun"), ("重兴村", "chong xing cun"), ("柏林村", "bai lin cun"), ("都村", "du cun"),
        ("召陵村", "shao ling cun"), ("卜家村", "bu jia cun"), ("乐家村", "yue jia cun"), ("薄家庄", "bo jia zhuang"),
    ],
)  # fmt: skip
def test_places_begin_with_words_that_a_text_reads_otherwise(name, read):
    assert " ".join(syllables(name)) == read


@pytest.mark.parametrize("char", SURNAME_READINGS)
def test_every_surname_of_the_table_is_read_before_a_settlement(char):
    assert syllables(f"{char}家庄村")[0] == SURNAME_READINGS[char]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("青石岭村", "qslc"), ("解家桥村", "xjqc"), ("解放村", "jfc"), ("仇家沟村", "qjgc"), ("", ""), (" 单庄 ", "sz"),
     ("A1村", "a1c"), ("第3村", "d3c"), ("𠮷村", "𠮷c")],
)  # fmt: skip
def test_initials_are_the_first_letters_of_the_syllables(name, letters):
    assert initials(name) == letters


def test_a_list_is_ordered_as_a_chinese_reader_expects():
    names = ["曾家岭村", "安乐村", "查家店村", "单家寨村", "解放村", "解家桥村", "仇家沟村", "青石岭村", "朴家湾村"]

    assert sorted(names, key=sort_key) == [
        "安乐村", "解放村", "朴家湾村", "青石岭村", "仇家沟村", "单家寨村", "解家桥村", "曾家岭村", "查家店村",
    ]  # fmt: skip


def test_a_shorter_syllable_comes_before_a_longer_one_that_begins_with_it():
    assert sorted(["兴隆村", "西安村"], key=sort_key) == ["西安村", "兴隆村"]  # xi an before xing long
