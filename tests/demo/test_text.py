from demo.text import LEFT, RIGHT, table, width


def test_a_chinese_character_takes_two_columns():
    assert width("示范镇 43.64") == 12


def test_columns_are_level_whatever_the_script():
    lines = table(("名次", "Village"), (RIGHT, LEFT), [("1", "青石岭村"), ("12", "Bluestone")])

    assert lines == ["名次  Village", "───────────────", "   1  青石岭村", "  12  Bluestone"]
