"""The demo's accounts: one for each kind of work, named by unit and role, never by a person."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts.backends import PERMISSIONS
from accounts.models import Grant, User
from accounts.roles import Role
from accounts.services import record_account, record_grant, refuse_mixed_duties
from branches.models import Branch, Department, Region
from demo.county import CITY, COUNTY, OTHER_TOWNSHIP, SHOWN_TOWNSHIP, SHOWN_VILLAGE

PASSWORD = "wuxing-demo-2026"  # printed for whoever tries the demo; nothing but load_demo ever sets it
DEPARTMENT, OTHER_DEPARTMENT = "县农业农村局", "县应急管理局"
ORGANIZER = "zuzhi-shenhe"
REVIEWERS = {
    "industry": "chanye-lianshen", "ecology": "shengtai-lianshen", "civility": "wenming-lianshen",
    "governance": "zhibu-lianshen", "rule_of_law": "fazhi-lianshen",
}  # fmt: skip
APPROVER, CLERK, OTHER_CLERK, REVIEWER = "zuzhi-shending", "xiangzhen-tianbao", "chengquan-tianbao", "xiangzhen-shenhe"


@dataclass(frozen=True)
class Account:
    """A row of the table that demo_report prints; `star` for a reviewer's, `unit` a township's or department's name."""

    username: str
    label: str
    role: str
    place: str  # county, city, township, branch or nothing: everywhere
    star: str = ""
    unit: str = ""


ACCOUNTS = (
    Account(ORGANIZER, "县委组织部审核员", Role.ORGANIZATION_REVIEWER, "county"),
    Account(APPROVER, "县委组织部审定人", Role.ORGANIZATION_APPROVER, "county"),
    Account(CLERK, f"{SHOWN_TOWNSHIP}填报员", Role.ENTRY_CLERK, "township", unit=SHOWN_TOWNSHIP),
    Account(REVIEWER, f"{SHOWN_TOWNSHIP}审核员", Role.TOWNSHIP_REVIEWER, "township", unit=SHOWN_TOWNSHIP),
    Account(OTHER_CLERK, f"{OTHER_TOWNSHIP}填报员", Role.ENTRY_CLERK, "township", unit=OTHER_TOWNSHIP),
    Account("nongye-shuju", f"{DEPARTMENT}数据员", Role.DEPARTMENT_CLERK, "county", unit=DEPARTMENT),
    Account("yingji-shuju", f"{OTHER_DEPARTMENT}数据员", Role.DEPARTMENT_CLERK, "county", unit=OTHER_DEPARTMENT),
    Account("chanye-lianshen", "产业兴旺星联审员", Role.DEPARTMENT_REVIEWER, "county", "industry"),
    Account("shengtai-lianshen", "生态宜居星联审员", Role.DEPARTMENT_REVIEWER, "county", "ecology"),
    Account("wenming-lianshen", "文明幸福星联审员", Role.DEPARTMENT_REVIEWER, "county", "civility"),
    Account("zhibu-lianshen", "支部过硬星联审员", Role.DEPARTMENT_REVIEWER, "county", "governance"),
    Account("fazhi-lianshen", "平安法治星联审员", Role.DEPARTMENT_REVIEWER, "county", "rule_of_law"),
    Account("zhibu-chakan", f"{SHOWN_VILLAGE}支部查看员", Role.BRANCH_VIEWER, "branch"),
    Account("shiji-chakan", "示范市查看员", Role.VIEWER, "city"),
    Account("biaozhun", "标准管理员", Role.CRITERIA_ADMINISTRATOR, "county"),
    Account("xitong", "系统管理员", Role.SYSTEM_ADMINISTRATOR, ""),
    Account("anquan", "安全管理员", Role.SECURITY_ADMINISTRATOR, ""),
    Account("shenji", "审计员", Role.AUDITOR, ""),
)

TOWNSHIP_WORK = {Role.ENTRY_CLERK: ("tianbao", "填报员"), Role.TOWNSHIP_REVIEWER: ("shenhe", "审核员")}


def accounts_exist() -> bool:
    return User.objects.filter(username__in=[account.username for account in ACCOUNTS]).count() == len(ACCOUNTS)


@transaction.atomic
def make_accounts(*, by: str) -> int:
    """Make the accounts that are missing, each with its role and ledger entries; return how many.

    An account that exists is left as it is, its password too.
    """
    known = set(User.objects.values_list("username", flat=True))
    missing = [account for account in ACCOUNTS if account.username not in known]
    for account in missing:
        make_account(account, by=by)
    return len(missing)


@transaction.atomic
def make_township_accounts(township: Region, *, by: str) -> tuple[User, User]:
    """A township's clerk and its reviewer; made where it has none, which is only once its branches are handed in."""
    known = {
        grant.role: grant.user
        for grant in Grant.objects.filter(region=township, role__in=TOWNSHIP_WORK).select_related("user")
    }
    for role, (prefix, word) in TOWNSHIP_WORK.items():
        if role not in known:
            account = Account(
                f"{prefix}-{township.code[6:9]}", f"{township.name}{word}", role, "township", unit=township.name
            )
            known[role] = make_account(account, by=by)
    return known[Role.ENTRY_CLERK], known[Role.TOWNSHIP_REVIEWER]


def make_account(account: Account, *, by: str) -> User:
    """One account; those with work in the admin may enter it."""
    user = User(username=account.username, label=account.label, is_staff=account.role in PERMISSIONS)
    validate_password(PASSWORD, user)
    user.set_password(PASSWORD)
    user.full_clean()
    user.save()
    record_account(user, changed=["username", "label", "password", "is_staff"], by=by)
    grant = Grant(user=user, role=account.role, star=account.star, **place_of(account))
    refuse_mixed_duties(grant)
    grant.full_clean()
    grant.save()
    record_grant(grant, given=True, by=by)
    return user


def place_of(account: Account) -> dict[str, object]:
    """Where the role is held, as Grant's fields."""
    if account.place == "branch":
        return {"branch": Branch.objects.get(name=SHOWN_VILLAGE, code__startswith=COUNTY[:6])}
    if not account.place:
        return {}
    county = Region.objects.get(code=COUNTY)
    township = Region.objects.filter(name=account.unit, code__startswith=county.prefix)
    places = {"county": lambda: county, "city": lambda: Region.objects.get(code=CITY), "township": township.get}
    place: dict[str, object] = {"region": places[account.place]()}
    if account.role == Role.DEPARTMENT_CLERK:
        place["department"] = Department.objects.get_or_create(county=county, name=account.unit)[0]
    return place
