"""Who may object, to what, until when; what is kept of it, and where it is not."""

import json
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import Grant, User
from accounts.roles import Role
from branches.working_days import today
from evaluations.models import FilingCount, Objection, ObjectionContact, PublicNotice, RoundCounty
from evaluations.services import objecting, objectors
from evaluations.services.absences import Days, accept, ask_deputy
from evaluations.services.objecting import ObjectionRefused, file_objection
from evaluations.services.private_numbers import private_number
from evaluations.workflow import State
from ledger.models import LedgerEntry
from tests.review import noticed
from tests.review.noticed import CONTACT, TEXT, wanted
from tests.review.world import COUNTY
from tests.threads import beside, wait_until_a_lock_is_waited_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return noticed.build(1)


def refused(county, **fields) -> str:
    with pytest.raises(ObjectionRefused) as why:
        file_objection(county.county, wanted(county, **fields), address="192.0.2.7")
    return str(why.value)


def test_an_objection_while_the_notice_runs_gets_a_receipt(county):
    made = noticed.objection(county)

    assert made.receipt.startswith("YY-2026-") and len(made.receipt) == 22
    assert (made.status, made.star, made.recorded_by) == ("filed", "ecology", "")


@pytest.mark.parametrize(("first", "last"), [(-9, -1), (1, 9)])
def test_before_and_after_the_notice_nothing_is_taken(county, first, last):
    PublicNotice.objects.update(first_day=noticed.day(days=first), last_day=noticed.day(days=last))

    assert "No public notice is running" in refused(county)


@pytest.mark.parametrize(("first", "last"), [(-9, 0), (0, 9)])
def test_the_first_and_the_last_day_are_days_of_the_notice(county, first, last):
    PublicNotice.objects.update(first_day=noticed.day(days=first), last_day=noticed.day(days=last))

    assert noticed.objection(county).pk


def test_a_withdrawn_notice_takes_nothing(county):
    PublicNotice.objects.update(withdrawn_at=Now(), withdrawn_reason="名单有误")

    assert "No public notice is running" in refused(county)


@pytest.mark.parametrize("state", [one for one in State if one != State.ON_NOTICE])
def test_only_a_county_on_notice_takes_objections(county, state):
    county.stand(state)

    assert "No public notice is running" in refused(county)


def test_only_a_star_of_a_branch_on_the_list_is_objected_to(county):
    assert "not on the list" in refused(county, branch="419901001999")
    assert "not to get this star" in refused(county, star="loyalty")


def test_a_double_click_files_once(county):
    form = wanted(county, contact=CONTACT)

    receipts = {file_objection(county.county, form, address="192.0.2.7") for _click in range(2)}

    assert len(receipts) == 1 and Objection.objects.count() == ObjectionContact.objects.count() == 1
    assert LedgerEntry.objects.filter(action="objection.file").count() == 1
    assert set(FilingCount.objects.values_list("count", flat=True)) == {1}


def test_the_same_form_with_another_text_is_another_objection(county):
    form = wanted(county)
    other = wanted(county, key=form.key, text="另一件事")

    assert file_objection(county.county, form) != file_objection(county.county, other)


def test_receipt_numbers_have_nothing_in_common_but_their_year(county):
    receipts = [noticed.objection(county).receipt for _one in range(5)]

    assert len({receipt[8:12] for receipt in receipts}) == 5


MOBILES = [
    "电话13812345678 3组村民", "13812345678-1", "13812345678 2栋", "1381234567 8", "138，1234，5678",
    "（138）1234-5678", "13812345678、2号", "138/1234/5678",
    "0086 138 1234 5678", "幺三八一二三四五六七八", "1 3 8 1 2 3 4 5 6 7 8",
]  # fmt: skip
OTHERS = [
    "130102001000", "130102001000 130102002000、411282001001", "拨款 138123456.78 元", "1381234567.8 元",
    "1986.3-2026.11 任支部书记", "13.5，14.2，15.3，16.1", "第1、3、4、5、6、7、8、9、10、11、12项",
    "豫环罚〔2026〕13812号",
    "13:30-15:45，2026年", "0371-65901234", "F-2026-130102001000-0007",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("电话 13812345678", "mobile"),
        ("电话１３８１２３４５６７８", "mobile"),
        ("138-1234-5678", "mobile"),
        ("+86 138 1234 5678", "mobile"),
        ("一三八一二三四五六七八", "mobile"),
        ("411282199003071234", "identity"),
        ("41128219900307123X", "identity"),
        ("411282 19900307 1234", "identity"),
        *[(text, "mobile") for text in MOBILES],
        ("41122419800101123X 5", "identity"),
        ("身份证411224198001011234 2", "identity"),
        ("5 41122419800101123X", "identity"),
        *[(text, None) for text in OTHERS],
        ("419901001201 号支部，示组通〔2026〕6号", None),
        ("2026 年 11 月 24 日拨款 13,812,345,678 元", None),
        ("0000-0001234", None),
        ("编号 20261124130000123456", None),
    ],
)
def test_numbers_of_persons_are_found_and_others_are_not(text, found):
    why = private_number(text)

    assert (why is None) if found is None else found in str(why)


@pytest.mark.parametrize("part", ["1-", "13-", "1 3 8 1 2 3 4 5 6 7 ", "41128219900307123 ", "86 1"])
def test_a_long_text_is_looked_through_at_once(part):
    text = (part * 50_000)[:50_000]
    began = time.process_time()

    private_number(text)

    assert time.process_time() - began <= 0.05


@pytest.mark.parametrize(
    "text", ["手机 13812345678", "身份证 411282199003071234", "", "  \u200b", "x" * 1001, "a\x00b"]
)
def test_a_text_that_cannot_be_kept_files_nothing(county, text):
    assert refused(county, text=text)
    assert not Objection.objects.exists() and not FilingCount.objects.exists()


def test_neither_text_nor_contact_nor_receipt_is_in_the_ledger_or_a_log(county, caplog):
    caplog.set_level("DEBUG")

    made = noticed.objection(county, contact=CONTACT)

    entry = LedgerEntry.objects.get(action="objection.file")
    written = f"{entry.subject} {entry.detail} {entry.actor} {caplog.text}"
    assert entry.actor == "public" and f'"objection":{made.pk}' in entry.detail
    assert not any(word in written for word in (TEXT, CONTACT, "KEY-", made.receipt, "192.0.2.7"))
    assert made.contact.contact == CONTACT


def test_no_table_but_the_contact_s_own_holds_the_contact(county):
    noticed.objection(county, contact=CONTACT)

    assert tables_with("KEY-CONTACT") == {"evaluations_objectioncontact"}
    assert tables_with("KEY-TEXT") == {"evaluations_objection"}
    assert tables_with("192.0.2.7") == set()


def tables_with(word: str) -> set[str]:
    with connection.cursor() as cursor:
        found = set()
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table} t WHERE t::text LIKE %s)", [f"%{word}%"])
            found |= {table} if cursor.fetchone()[0] else set()
        return found


def test_one_taken_down_by_telephone_names_who_took_it_down(county):
    receipt = file_objection(county.county, wanted(county), by=county.organization_reviewer)

    made = Objection.objects.get(receipt=receipt)
    assert made.recorded_by == county.organization_reviewer.username
    assert LedgerEntry.objects.get(action="objection.file").actor == county.organization_reviewer.username
    assert not FilingCount.objects.exists()  # a telephone has no address


def test_the_ledger_says_in_which_role_one_was_taken_down_and_for_whom(county):
    absent, deputy, day = county.organization_reviewer, county.viewer, today()
    accept(ask_deputy(absent.grants.get(), deputy, Days(day, day), reason="培训", by=absent), by=deputy)

    file_objection(county.county, wanted(county), by=User.objects.get(pk=deputy.pk))
    file_objection(county.county, wanted(county, text="另一件"))

    told = [json.loads(one.detail) for one in LedgerEntry.objects.filter(action="objection.file").order_by("pk")]
    assert [(one["role"], one["acting_for"]) for one in told] == [
        ("organization_reviewer", absent.ledger_name), ("", "")
    ]  # fmt: skip


def test_nobody_takes_one_down_whose_duties_never_meet(county):
    person = county.organization_reviewer
    mixed = Grant.objects.create(user=person, role=Role.ORGANIZATION_APPROVER, region_id=COUNTY)

    with pytest.raises(ObjectionRefused, match="two persons"):
        file_objection(county.county, wanted(county), by=User.objects.get(pk=person.pk))
    mixed.delete()

    assert file_objection(county.county, wanted(county), by=User.objects.get(pk=person.pk))


@pytest.mark.parametrize("who", ["head", "clerk", "organization_approver", "auditor"])
def test_nobody_else_takes_one_down(county, who):
    with pytest.raises(ObjectionRefused):
        file_objection(county.county, wanted(county), by=getattr(county, who))

    assert not Objection.objects.exists()


def test_an_address_has_its_share_and_others_theirs(county, settings):
    settings.OBJECTIONS_PER_ADDRESS = 2
    for _one in range(2):
        noticed.objection(county)

    with pytest.raises(ObjectionRefused) as why:
        noticed.objection(county)

    assert why.value.later and Objection.objects.count() == 2
    assert noticed.objection(county, address="192.0.2.8").pk


def test_without_the_limit_the_third_is_taken(county, settings):
    settings.OBJECTIONS_PER_ADDRESS = 3

    assert [noticed.objection(county).pk for _one in range(3)]


def test_a_county_has_its_share_of_an_hour_whoever_sends(county, settings):
    settings.OBJECTIONS_PER_HOUR = 2
    for place in range(2):
        noticed.objection(county, address=f"192.0.2.{place}")

    with pytest.raises(ObjectionRefused):
        noticed.objection(county, address="192.0.2.9")


def test_one_connection_has_one_share_whatever_its_last_64_bits():
    assert objectors.network("2001:db8::1") == objectors.network("2001:db8::ffff")
    assert objectors.network("2001:db8:0:1::1") != objectors.network("2001:db8::1")


def test_counts_are_forgotten_after_a_day(county):
    noticed.objection(county)
    FilingCount.objects.filter(pk=FilingCount.objects.first().pk).update(began=Now() - timedelta(hours=25))

    objectors.forget()

    assert FilingCount.objects.count() == 1


def test_contacts_are_erased_some_days_after_the_ruling_and_not_before(county, settings):
    kept = {}
    for days in (None, 89, 91):
        one = noticed.objection(county, contact=CONTACT)
        ruled = None if days is None else Now() - timedelta(days=days)
        Objection.objects.filter(pk=one.pk).update(ruled_at=ruled)
        kept[one.pk] = days

    gone = objectors.forget()

    left = set(ObjectionContact.objects.values_list("pk", flat=True))
    assert gone == 1 and left == {pk for pk, days in kept.items() if days != 91}
    assert Objection.objects.count() == 3 and settings.OBJECTION_CONTACT_DAYS == 90


@pytest.mark.parametrize(("days", "left"), [(89, 1), (91, 0)])
def test_contacts_of_a_withdrawn_notice_are_erased_some_days_after_though_nobody_rules(county, days, left):
    noticed.objection(county, contact=CONTACT)
    withdrawn = Now() - timedelta(days=days)
    PublicNotice.objects.update(withdrawn_at=withdrawn, withdrawn_reason="名单有误")

    objectors.forget()

    assert ObjectionContact.objects.count() == left and Objection.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Requests side by side, each with a connection of its own."""

    def test_the_limit_holds_to_the_last_one(self, settings):
        settings.OBJECTIONS_PER_ADDRESS = 5
        county = noticed.build(1)

        taken = self.sent(county, 12)

        assert sum(taken) == Objection.objects.count() == 5
        assert max(FilingCount.objects.values_list("count", flat=True)) == 5

    def test_counting_by_looking_first_lets_more_through(self, settings, monkeypatch):
        """The negative control: the count read and written apart."""
        settings.OBJECTIONS_PER_ADDRESS = 1
        monkeypatch.setattr(objecting, "may_file", looked_at_first)
        county = noticed.build(1)

        with beside() as others:
            answers = [others.start(self.one, county, place) for place in range(2)]
            taken = [answer.result(30) for answer in answers]

        assert sum(taken) == 2

    def test_one_form_sent_at_once_from_many_tabs_files_once(self):
        county = noticed.build(1)
        form = wanted(county)

        with beside() as others:
            sent = [others.start(file_objection, county.county, form) for _tab in range(6)]
            receipts = {answer.result(30) for answer in sent}

        assert len(receipts) == Objection.objects.count() == 1

    def test_with_a_number_drawn_by_lot_every_tab_files_its_own(self, monkeypatch):
        """The negative control: the number is made of the form, and it is unique."""
        monkeypatch.setattr(objecting, "receipt_of", lambda *_asked: f"YY-{uuid4()}"[:30])
        county = noticed.build(1)
        form = wanted(county)

        with beside() as others:
            sent = [others.start(file_objection, county.county, form) for _tab in range(6)]
            receipts = {answer.result(30) for answer in sent}

        assert len(receipts) == Objection.objects.count() == 6

    def test_what_comes_while_the_notice_is_withdrawn_is_refused(self):
        county = noticed.build(1)

        assert self.taken_while_withdrawn(county) is False and not Objection.objects.exists()

    def test_without_the_county_s_lock_it_would_be_taken(self, monkeypatch):
        """The negative control: the state read without waiting."""
        monkeypatch.setattr(objecting, "STATE", objecting.STATE.replace("FOR SHARE", ""))
        county = noticed.build(1)

        assert self.taken_while_withdrawn(county, waits=False) is True

    def taken_while_withdrawn(self, county, *, waits: bool = True) -> bool:
        with beside() as others:
            with transaction.atomic():
                RoundCounty.objects.select_for_update(no_key=True).get(pk=county.county.pk)
                county.stand(State.UNDER_REVIEW)
                answer = others.start(self.one, county, 1)
                if waits:
                    wait_until_a_lock_is_waited_for()
                else:
                    answer.result(30)
            return answer.result(30)

    def sent(self, county, many: int) -> list[bool]:
        with beside() as others:
            answers = [others.start(self.one, county, place) for place in range(many)]
            return [answer.result(30) for answer in answers]

    @staticmethod
    def one(county, place: int) -> bool:
        try:
            noticed.objection(county, text=f"第 {place} 件")
        except ObjectionRefused:
            return False
        return True


def looked_at_first(county: str, address: str | None) -> bool:
    """Both look before either writes."""
    allowed = not FilingCount.objects.filter(key="apart").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.5)")
    FilingCount.objects.create(key="apart", began=Now())
    return allowed
