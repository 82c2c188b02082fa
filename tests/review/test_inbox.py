"""Who is told what, once; read, muted and found by nobody else; reminders and the digest by mail."""

import socketserver
import threading
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from branches.working_days import working_day_after
from evaluations.models import Appeal, InboxItem, Kind, Mute, Proposal, PublicNotice, RoundCounty
from evaluations.reading.inbox import lines_of, unread_of
from evaluations.reading.inbox_words import SENTENCES
from evaluations.services import mailing, telling
from evaluations.services.absences import today
from evaluations.services.clearing import ENDS, WAITING, clear
from evaluations.services.deadlines import ask_extension, decide_extension
from evaluations.services.debts import RULING_DAYS, debts_of
from evaluations.services.following import FOLLOWED, OF_STAR, address, follow_up
from evaluations.services.reminding import LADDER, remind, remind_all
from evaluations.services.road.counties import move_county
from evaluations.services.telling import Item, To, tell
from evaluations.tasks import mail
from evaluations.workflow import (
    ANSWER,
    BEGIN_REVIEW,
    CLOSE,
    CLOSE_ENTRY,
    NOT_RECOMMEND,
    PASS,
    PASS_STAR,
    RECOMMEND,
    REOPEN_ENTRY,
    RETAKE,
    RETURN_STAR,
    SUBMIT,
    ProposalStatus,
    State,
    Status,
)
from scoring.models import STAR_CODES
from tests import factories
from tests.evaluations.refusing import without_constraint
from tests.review import county_year as year
from tests.review import noticed, world
from tests.review.world import COUNTY, STAR, ahead
from tests.threads import beside

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return world.build(3)


def told(user: User) -> list[str]:
    return list(InboxItem.objects.filter(user=user).order_by("pk").values_list("code", flat=True))


def sentences(user: User) -> list[str]:
    return [line.words for line in lines_of(InboxItem.objects.filter(user=user).order_by("pk"))]


def test_every_line_of_the_table_has_its_sentence_and_leads_to_a_page(county):
    for lines in FOLLOWED.values():
        for one in lines:
            assert one.code in SENTENCES, one.code
            assert address(county.county, one.page, "1", STAR if one.page == OF_STAR else "").startswith("/")


def test_branches_passed_are_told_each_star_s_reviewer_once_a_day_with_their_number(county):
    for branch in county.branches[:3]:
        county.fill(branch)
        county.put(Status.SUBMITTED, branch)
        county.act(PASS, branch, by=county.head)

    assert {user: told(user) for user in county.reviewers.values()} == dict.fromkeys(
        county.reviewers.values(), ["to_review"]
    )
    item = InboxItem.objects.get(user=county.reviewers[STAR])
    assert item.params["n"] == 3 and told(county.organization_reviewer) == []


def test_what_was_read_is_told_anew_from_one(county):
    for branch in county.branches[:2]:
        county.fill(branch)
        county.put(Status.SUBMITTED, branch)
        county.act(PASS, branch, by=county.head)
        InboxItem.objects.update(read_at=timezone.now())

    item = InboxItem.objects.get(user=county.reviewers[STAR])
    assert item.params["n"] == 1
    county.fill(county.branches[2])
    county.put(Status.SUBMITTED, county.branches[2])
    county.act(PASS, county.branches[2], by=county.head)
    item.refresh_from_db()
    assert item.read_at is None


def test_a_returned_star_is_told_the_township_or_the_department_that_owns_what_was_returned(county):
    county.put(Status.PASSED)
    asked = {"reason": "与现场不符", "due": ahead()}

    county.act(RETURN_STAR, by=county.reviewers[STAR], star=STAR, criteria=["ST-07"], **asked)

    assert told(county.clerk) == ["star_returned"] and told(county.data) == []


def test_the_last_department_s_decision_is_told_the_organization_department(county):
    county.put(Status.PASSED)
    for star in STAR_CODES[:-1]:
        county.act(RECOMMEND, by=county.reviewers[star], star=star)
    before = told(county.organization_reviewer)

    county.act(NOT_RECOMMEND, by=county.reviewers[STAR_CODES[-1]], star=STAR_CODES[-1], reason="未达标")

    assert (before, told(county.organization_reviewer)) == ([], ["all_reviewed"])


def unread(user: User) -> list[str]:
    return list(InboxItem.objects.filter(user=user, read_at=None).order_by("pk").values_list("code", flat=True))


def test_what_a_colleague_has_done_no_longer_waits(county):
    colleague = factories.person(Role.TOWNSHIP_REVIEWER, factories.township(world.TOWN))
    first, second = county.entry.mine[:2]
    county.fill(first, second)
    county.stand(State.OPEN)
    RoundCounty.objects.filter(pk=county.county.pk).update(entry_due=ahead())
    county.act(SUBMIT, first, by=county.clerk)
    county.act(SUBMIT, second, by=county.clerk)

    county.act(PASS, first, by=colleague)
    one_left = unread(county.head), unread(colleague)
    county.act(PASS, second, by=colleague)
    waiting = unread(county.reviewers[STAR])
    county.stand(State.UNDER_REVIEW)
    for branch in (first, second):
        county.act(NOT_RECOMMEND, branch, by=county.reviewers[STAR], star=STAR, reason="未达标")

    assert one_left == (["to_check"], ["to_check"]) and waiting == ["to_review"]
    assert unread(county.head) == unread(colleague) == unread(county.reviewers[STAR]) == []
    assert unread(county.reviewers["industry"]) == ["to_review"]


def test_every_code_that_waits_is_a_sentence_and_can_be_cleared(county):
    assert set(WAITING) <= set(SENTENCES) and set(chain(*ENDS.values())) == set(WAITING)
    for place, code in enumerate(WAITING):
        key = f"{code}:{county.county.pk}:{COUNTY}:{STAR}:{place}"
        tell(Item(Kind.WAITING, code, key, county.county), names=[county.clerk.username])

    cleared = clear(county.county)

    assert cleared == len(WAITING) - 3 and clear(county.county) == 0
    assert unread(county.clerk) == ["review_began", "all_reviewed", "list_returned"]  # the county is under review


STEPS = {
    State.OPEN: (CLOSE_ENTRY, {"clerk": ["entry_closed"], "data": ["entry_closed"], "head": []}),
    State.CLOSED_FOR_ENTRY: (BEGIN_REVIEW, {"clerk": [], "head": ["review_began"], STAR: ["review_began"]}),
    State.CONFIRMED: (CLOSE, {"clerk": ["closed"], "head": ["closed"], STAR: ["closed"], "viewer": ["closed"]}),
}


@pytest.mark.parametrize("state", STEPS)
def test_a_county_s_steps_are_told_those_whose_work_they_begin_or_end(county, state):
    county.stand(state)
    action, expected = STEPS[state]

    follow_up(county.county, action.key, by=county.organization_approver)

    assert {name: told(county.reviewers.get(name) or getattr(county, name)) for name in expected} == expected


def test_entry_opened_again_is_told_every_clerk(county):
    county.stand(State.CLOSED_FOR_ENTRY)
    row = RoundCounty.objects.get(pk=county.county.pk)

    asked = {"reason": "停电", "due": ahead()}
    move_county(row, REOPEN_ENTRY, by=county.organization_approver, seen_revision=row.revision, **asked)

    assert told(county.clerk) == told(county.data) == ["entry_reopened"] and told(county.head) == []


def test_a_branch_taken_back_is_told_the_departments(county):
    county.fill(county.branches[0])
    county.put(Status.PASSED)

    county.act(RETAKE, by=county.head)

    assert told(county.reviewers[STAR]) == ["taken_back"] and told(county.head) == []


def test_the_confirmation_is_told_everybody():
    county = year.reviewed(1)

    year.confirm(county)

    assert "confirmed" in told(county.clerk) and "confirmed" in told(county.viewer)


def test_a_refused_step_is_told_nobody(county):
    county.put(Status.SUBMITTED)

    county.act(PASS, by=county.organization_reviewer)

    assert not InboxItem.objects.exists()


def test_more_time_is_told_who_decides_and_then_who_asked(county):
    county.stand(State.OPEN)
    RoundCounty.objects.filter(pk=county.county.pk).update(entry_due=ahead())
    town = factories.township(world.TOWN)
    asked = ask_extension(county.county, township=town, until=ahead(days=9), reason="停电", by=county.clerk)

    decide_extension(asked, granted=True, by=county.organization_approver)

    assert told(county.organization_approver) == ["extension_asked"]
    assert told(county.clerk) == ["extension_granted"] and told(county.data) == []


def item(county, key: str = "k", kind: Kind = Kind.LIST) -> Item:
    return Item(kind, "list_proposed", key, county.county, url="/")


APPROVER = To(Role.ORGANIZATION_APPROVER, COUNTY)


def test_a_muted_kind_is_not_told_and_another_is(county, client):
    client.force_login(county.organization_approver)
    client.post("/inbox/kinds/", {"kind": [kind for kind in Kind.values if kind != Kind.LIST]})

    tell(item(county), to=[APPROVER])
    tell(item(county, "v", Kind.VETO), to=[APPROVER])

    assert list(Mute.objects.values_list("kind", flat=True)) == [Kind.LIST]
    assert list(InboxItem.objects.values_list("kind", flat=True)) == [Kind.VETO]


@pytest.mark.django_db(transaction=True)
def test_the_same_told_five_times_at_once_is_one_item():
    county = world.build()

    with beside() as threads:
        futures = [threads.start(lambda: tell(item(county), to=[APPROVER])) for _ in range(5)]
        [future.result(30) for future in futures]

    assert InboxItem.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_one_key_a_person_it_would_be_as_many_items(monkeypatch):
    county, together = world.build(), threading.Barrier(3)
    monkeypatch.setattr(telling, "TELL", telling.TELL.replace("ON CONFLICT (user_id, key) DO", ""))
    monkeypatch.setattr(telling, "ADD_UP", "")

    def told_once():
        if not InboxItem.objects.filter(key="k").exists():  # each looks before any of them writes
            together.wait(30)
            tell(item(county), to=[APPROVER])

    with without_constraint("evaluations_inboxitem", "inbox_item_once", "UNIQUE (user_id, key)"), beside() as threads:
        futures = [threads.start(told_once) for _ in range(3)]
        [future.result(30) for future in futures]
        found = InboxItem.objects.count()
        InboxItem.objects.all().delete()

    assert found == 3


def test_what_happens_on_one_day_is_told_together_by_the_database_s_day(county, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2099, 1, 1, tzinfo=UTC))

    follow_up(county.county, "submit", by=county.clerk, branches=[county.branches[0].code])

    assert InboxItem.objects.get().key.endswith(f":{today().isoformat()}")


def test_an_item_is_opened_by_its_owner_alone(county, client):
    tell(item(county), to=[APPROVER])
    pk = InboxItem.objects.get().pk
    client.force_login(county.clerk)
    stranger = client.post(f"/inbox/{pk}/").status_code
    unread = InboxItem.objects.filter(read_at=None).count()
    client.force_login(county.organization_approver)

    assert client.post(f"/inbox/{pk}/").url == "/"

    assert (stranger, unread, InboxItem.objects.filter(read_at=None).count()) == (404, 1, 0)
    assert client.post(f"/inbox/{10**19}/").status_code == 404


def test_all_read_leaves_what_was_told_after_the_page_was_shown(county, client):
    tell(item(county), to=[APPROVER])
    client.force_login(county.organization_approver)
    newest = client.get("/inbox/").context["inbox"].newest
    tell(item(county, "later"), to=[APPROVER])

    client.post("/inbox/read/", {"until": newest})

    assert list(InboxItem.objects.filter(read_at=None).values_list("key", flat=True)) == ["later"]


@pytest.mark.parametrize("count", [1, 60, 600])
def test_inbox_and_bell_cost_the_same_however_much_there_is(county, client, count):
    user = county.organization_approver
    made = {"user": user, "county": county.county, "kind": "list", "code": "to_review", "url": "/"}
    named = {"n": 1, "branch": county.branches[0].code}
    InboxItem.objects.bulk_create([InboxItem(key=str(place), params=named, **made) for place in range(count)])
    client.force_login(user)
    found = {}

    for page in ("/inbox/", f"{county.base}/standard/"):
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            shown = client.get(page)
        found[page] = len(asked)

    assert found == {"/inbox/": 10, f"{county.base}/standard/": 5}
    assert ("99+" if count > 99 else f"<b>{count}</b>") in shown.content.decode()


# Reminders -----------------------------------------------------------------------------------------------------------


def due_in(county, days: int, **fields) -> None:
    """The county's deadline of entry so many days from the database's day, at six in the evening."""
    at = timezone.make_aware(timezone.datetime.combine(today(), timezone.datetime.min.time()))
    RoundCounty.objects.filter(pk=county.county.pk).update(entry_due=at + timedelta(days=days, hours=18), **fields)


@pytest.mark.parametrize(
    ("days", "clerk", "head", "organization"),
    [
        (8, 0, 0, 0), (7, 1, 0, 0), (5, 1, 0, 0), (3, 1, 0, 0), (1, 1, 0, 0), (0, 1, 0, 0), (-1, 1, 1, 0),
        (-3, 0, 0, 2), (-40, 0, 0, 0),
    ],
)  # fmt: skip
def test_the_ladder_before_and_after_a_deadline(county, days, clerk, head, organization):
    due_in(county, days, state=State.OPEN)

    remind_all()

    entry = InboxItem.objects.filter(code__in=["due_entry", "late_entry"])
    found = [entry.filter(user=user).count() for user in (county.clerk, county.head, county.organization_reviewer)]
    assert found == [clerk, head, organization]  # the organization department: one for each of two townships


def test_a_second_run_tells_nothing_and_the_next_rung_is_told(county):
    due_in(county, 3, state=State.OPEN)
    first = remind_all()

    second = remind_all()
    later = remind(county.county, today() + timedelta(days=2))

    assert first > 0 and second == 0 and later == first


def test_a_rung_missed_by_a_day_is_told_once_and_not_every_rung_before_it(county):
    due_in(county, 2, state=State.OPEN)  # the run of the day before, at three days, did not take place

    remind_all()

    assert told(county.clerk) == ["due_entry"]
    assert InboxItem.objects.get(user=county.clerk).key.endswith(":-3")


def test_who_is_done_is_not_reminded(county):
    due_in(county, 1, state=State.OPEN)
    county.put(Status.SUBMITTED, *county.entry.mine)

    remind_all()

    assert "due_entry" not in told(county.clerk)


def test_departments_answers_and_township_checks_have_the_same_ladder(county):
    soon = timezone.now() + timedelta(days=1)
    RoundCounty.objects.filter(pk=county.county.pk).update(township_due=soon, department_due=soon)
    county.put(Status.SUBMITTED, county.branches[1])
    county.put(Status.PASSED)
    county.put_star("returned")

    remind_all()

    assert told(county.head) == ["due_township"] and told(county.clerk) == ["due_answer"]
    assert told(county.reviewers["industry"]) == ["due_department"] and told(county.reviewers[STAR]) == []
    assert "1" in sentences(county.clerk)[0] and len(LADDER) == 5


def test_a_correction_that_waits_for_its_township_is_on_the_ladder_too(county):
    county.fill(county.branches[0])
    county.put(Status.PASSED)
    due_in(county, 1, state=State.UNDER_REVIEW)
    asked = {"reason": "不符", "criteria": ["ST-07"], "due": ahead(hours=1)}
    county.act(RETURN_STAR, by=county.reviewers[STAR], star=STAR, **asked)
    county.entry.enter("ST-07", "290", revision=1)
    assert county.act(ANSWER, by=county.clerk, star=STAR).moved
    InboxItem.objects.all().delete()

    remind_all()
    soon = told(county.head)
    remind(county.county, today() + timedelta(days=4))
    late = "late_corrected" in told(county.organization_reviewer)
    InboxItem.objects.all().delete()
    county.act(PASS_STAR, by=county.head, star=STAR)
    InboxItem.objects.all().delete()
    remind_all()

    assert soon == ["due_corrected"] and late and told(county.head) == []


def test_an_appeal_is_to_be_ruled_on_within_so_many_working_days_of_its_filing():
    county = noticed.build(1)
    seal = noticed.seal(county)
    filed = Appeal.objects.create(
        seal=seal, branch=county.branches[0], star=STAR, reason="不服", receipt="FH-1", filed_by="head"
    ).filed_at

    [debt] = debts_of(RoundCounty.objects.get(pk=county.county.pk))

    last = working_day_after(timezone.localtime(filed or timezone.now()).date(), RULING_DAYS, COUNTY)
    assert (debt.what, timezone.localtime(debt.due).date()) == ("appeal", last)


@pytest.mark.parametrize("state", [State.ON_NOTICE, State.CONFIRMED, State.CLOSED])
def test_an_open_objection_is_owed_to_its_end_whatever_notice_it_came_to(state):
    county = noticed.build(1)
    noticed.objection(county)
    PublicNotice.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="名单有误")
    Proposal.objects.update(status=ProposalStatus.RETURNED, returned_reason="名单有误")
    notice = noticed.publish(county, number=2)
    county.stand(state)

    debts = list(debts_of(RoundCounty.objects.get(pk=county.county.pk)))

    assert [(one.what, one.star, timezone.localtime(one.due).date()) for one in debts] == [
        ("objection", STAR, notice.last_day)
    ]


# The digest by mail --------------------------------------------------------------------------------------------------


class Sink(socketserver.StreamRequestHandler):
    """As much of SMTP as a mail needs; `refuses` answers like a server that is out of order."""

    def handle(self) -> None:
        self.say("220 sink")
        while line := self.rfile.readline().decode().strip().upper():
            if line.startswith("DATA"):
                self.take()
            elif line.startswith("QUIT"):
                return self.say("221 bye")
            elif line.startswith("MAIL") and self.server.refuses:
                self.say("451 out of order")
            else:
                self.say("250 ok")

    def take(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.mails.append(b"".join(lines))
        self.say("250 taken")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def post(settings):
    """A mail server of its own on a free port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink) as server:
        server.mails, server.refuses, server.daemon_threads = [], False, True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server
        server.shutdown()


def waiting(county, count: int = 3) -> None:
    """Items that wait since yesterday for the approver, who has an address."""
    User.objects.filter(pk=county.organization_approver.pk).update(email="approver@example.org")
    for place in range(count):
        tell(item(county, str(place)), to=[APPROVER])
    InboxItem.objects.update(created_at=timezone.now() - timedelta(days=2))


def test_one_mail_a_day_with_everything_unread_each_item_once(county, post):
    waiting(county)

    sent = [mailing.mail_digests(timezone.now()) for _ in range(2)]

    assert sent == [1, 0] and len(post.mails) == 1
    assert b"approver@example.org" in post.mails[0] and not InboxItem.objects.filter(mailed_at=None).exists()


def test_what_was_told_after_nine_waits_for_the_next_day(county, post):
    waiting(county, 1)
    InboxItem.objects.update(created_at=timezone.now())

    today_s = mailing.mail_digests(timezone.now())
    next_day_s = mailing.mail_digests(timezone.now() + timedelta(days=1))

    assert (today_s, next_day_s) == (0, 1)


def test_a_server_that_refuses_blocks_nothing_and_is_tried_again(county, post):
    waiting(county)
    post.refuses = True
    first = mailing.mail_digests(timezone.now())
    post.refuses = False

    assert (first, mailing.mail_digests(timezone.now()), len(post.mails)) == (0, 1, 1)


@pytest.mark.parametrize("address", ["a@example.org, b@", "a@example.org\nBcc: b@example.org", f"a@{'é' * 70}.org"])
def test_one_address_that_is_none_keeps_nobody_else_from_their_mail(county, post, caplog, address):
    User.objects.filter(pk=county.clerk.pk).update(email=address)  # made before the approver, and mailed before
    tell(item(county), names=[county.clerk.username])
    waiting(county)

    assert mailing.mail_digests(timezone.now()) == 1

    assert len(post.mails) == 1 and b"approver@example.org" in post.mails[0]
    assert InboxItem.objects.get(user=county.clerk).mailed_at is None
    assert f"the digest of {county.clerk.pk} waits" in caplog.text and "a@" not in caplog.text


def test_the_day_s_digest_goes_by_the_database_s_clock(county, post, monkeypatch):
    waiting(county, 1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2001, 1, 1, tzinfo=UTC))

    mail()

    assert len(post.mails) == 1


def test_without_a_server_nothing_is_mailed_and_nothing_marked(county, settings):
    waiting(county)
    settings.EMAIL_HOST = ""

    assert mailing.mail_digests(timezone.now()) == 0
    assert InboxItem.objects.filter(mailed_at=None).count() == 3


def test_a_server_that_is_not_there_blocks_nothing(county, post, settings):
    waiting(county)
    settings.EMAIL_PORT = 9  # nobody listens

    assert mailing.mail_digests(timezone.now()) == 0 and InboxItem.objects.filter(mailed_at=None).count() == 3


def test_who_holds_no_role_in_a_county_any_more_is_told_nothing_of_it(client, post):
    county = world.build()
    follow_up(county.county, "submit", by=county.clerk, branches=[county.branches[0].code])
    head = county.head
    User.objects.filter(pk=head.pk).update(email="head@example.org")
    client.force_login(head)
    before = client.get("/inbox/").content.decode()
    head.grants.all().delete()

    after = client.get("/inbox/").content.decode()

    name = county.branches[0].name
    assert name in before and name not in after
    assert (unread_of(User.objects.get(pk=head.pk)), InboxItem.objects.filter(user=head).count()) == (0, 1)
    assert mailing.mail_digests(timezone.now() + timedelta(days=1)) == 0
    factories.Grant.objects.create(user=head, role=Role.TOWNSHIP_REVIEWER, region=factories.township(world.TOWN))
    assert mailing.mail_digests(timezone.now() + timedelta(days=1)) == 1
