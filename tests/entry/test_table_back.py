"""A department's table on its way back: what is wrong stands in it, and it is read again once corrected."""

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from tests.entry import world
from tests.entry.sending import saved, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return world.build()


def test_the_table_comes_back_with_comments_where_it_was_a_workbook(client, county):

    book = Workbook()
    book.active.append(["code", "CY-02"])
    book.active.append([county.branches[0].code, 155])
    upload = table(county, saved(book), name="table.xlsx")
    client.force_login(county.farms)

    back = client.get(f"{county.base}/entry/uploads/{upload.pk}/errors.xlsx")

    assert "155" in load_workbook(BytesIO(back.content)).active["B2"].comment.text


def test_a_doubted_fraction_comes_back_with_its_question_until_it_is_ticked(client, county):
    book = Workbook()
    for row in (["code", "CY-02"], [county.branches[0].code, 0.947], [county.branches[1].code, 94.7]):
        book.active.append(row)
    upload = table(county, saved(book), name="table.xlsx")
    client.force_login(county.farms)
    page = f"{county.base}/entry/uploads/{upload.pk}/"

    link = f"{page}errors.xlsx" in client.get(page).content.decode()
    asked, plain = load_workbook(BytesIO(client.get(f"{page}errors.xlsx").content)).active["B2:B3"]
    client.post(page, {"action": "believe"})

    assert link and "0.947" in asked[0].comment.text and plain[0].comment is None
    assert f"{page}errors.xlsx" not in client.get(page).content.decode()
    assert upload.rows.filter(wanted=True).count() == 2


def errors_of(client, county, upload) -> str:
    client.force_login(county.farms)
    back = client.get(f"{county.base}/entry/uploads/{upload.pk}/errors.xlsx")
    assert back["Content-Type"].startswith("text/csv") and ".csv" in back["Content-Disposition"]
    return back.content.decode()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_csv_comes_back_with_a_column_of_errors_and_is_read_again(client, county, encoding):
    one, two = (branch.code for branch in county.mine)
    text = f"code,CY-02,CY-10,说明,好评\n{one},155,a,汛期,=1+1\n\n{two},-5,B,,\n"

    back = errors_of(client, county, table(county, text.encode(encoding)))
    again = table(county, back.replace("155", "55").replace("-5", "5").replace("好评", "序号"))
    better = errors_of(client, county, table(county, back.replace("155", "55")))

    heads, first, second = back.removeprefix("\ufeff").splitlines()
    assert heads.rpartition(",")[0] == "code,CY-02,CY-10,说明,好评"
    assert first.startswith(f"{one},155,a,汛期,'=1+1,E1 “好评”") and " / B2 “155”" in first
    assert second.startswith(f"{two},-5,B,,,B4 “-5”")
    assert (again.counts["error"], again.counts["new"]) == (0, 4)
    assert better.splitlines()[0] == back.splitlines()[0] and "B2" not in better and "B3 “-5”" in better
