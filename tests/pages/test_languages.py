"""A page in English has no Chinese but what the county entered, and a page in Chinese no English sentence."""

import re
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import models, transaction
from django.urls import reverse

from accounts.roles import Role
from tests.pages import rich_county, routes
from tests.pages.rich_county import COUNTY, FIRST, OTHER_COUNTY, PARKED, PLAIN

SPOKEN = {"aria-label", "title", "placeholder", "alt", "data-label", "value"}
SILENT = {"script", "style"}
HAN = re.compile(r"[\u3400-\u9fff]+")
WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")
SEALS = set("产生文支法否必")  # a star's character is its sign in both languages
HASH = re.compile(r"argon2(id)?|\S*\*{6,}|\b[0-9a-f]{12,}\b")  # a digest, and how the admin hides a password
KNOWN = {
    "CSV", "Excel", "English", "Edge", "Chrome", "SHA", "PC", "IP", "qsl", "NA", "GET", "POST", "JSON", "LDAP", "ID",
    "unknown", "null",
}  # fmt: skip
ICONS = {"Search", "True", "False", "None"}  # what Django's admin calls its pictures, in every language
OURS = ("axes", "accounts", "branches", "scoring", "evaluations", "ledger")


class Spoken(HTMLParser):
    """Collects what a page says: its text and the attributes that are read out or shown; a form's values are data."""

    def __init__(self):
        super().__init__()
        self.said, self.open = [], []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        told = dict(attributes)
        self.said += [
            text or "" for name, text in told.items()
            if name in SPOKEN and (name != "value" or (tag, told.get("type")) == ("input", "submit"))
        ]  # fmt: skip

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, text):
        if not SILENT & set(self.open):
            self.said.append(text)


def spoken(response) -> list[str]:
    reader = Spoken()
    reader.feed(response.content.decode())
    return [" ".join(text.split()) for text in reader.said if text.strip()]


@pytest.fixture(scope="module")
def standing_rich(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield rich_county.build()
        transaction.set_rollback(True)


@pytest.fixture
def rich(standing_rich, db):
    return standing_rich


@pytest.fixture
def entered(rich) -> list[str]:
    """Every text that was entered as data, the longest first."""
    found = set()
    for model in (model for name in OURS for model in apps.get_app_config(name).get_models()):
        texts = [one for one in model._meta.concrete_fields if isinstance(one, models.CharField | models.TextField)]
        fields = [one.attname for one in texts if not one.choices and one.attname != "content"]
        for row in model.objects.values_list(*fields) if fields else []:
            for text in row:
                found |= {text, *re.findall(r'"((?:[^"\\]|\\.)*)"', text)} if text else set()
    parts = {part for text in found for part in re.split(r"[、()（）]", text)} | found
    return sorted((text for text in parts if text.strip()), key=len, reverse=True)


def pages_of(rich, role) -> list[str]:
    """The addresses that a role opens."""
    base, old = rich.base, f"/rounds/{rich.last.slug}/{COUNTY}"
    branches = [f"{base}/branches/{code}/?star=all" for code in (FIRST, PARKED, PLAIN, "419901001203", "419901002201")]
    lists = [f"{base}/ranking/", f"{base}/ranking/?sort=-name", f"{base}/ranking/?q=zzz"]
    runs = [f"/rounds/{rich.this.slug}/runs/", *(f"/runs/{run.pk}/" for run in rich.runs.values())]
    pages = {
        Role.ORGANIZATION_REVIEWER: [*lists, *branches, f"{base}/townships/", f"{base}/standard/", *runs],
        Role.AUDITOR: [f"/rounds/{rich.this.slug}/counties/"],
        Role.ENTRY_CLERK: [lists[0], branches[0]],
        Role.DEPARTMENT_CLERK: [lists[0], branches[0]],
        Role.DEPARTMENT_REVIEWER: [lists[0], branches[0], branches[4]],
        Role.VIEWER: [f"{old}/ranking/", f"{old}/townships/", f"{old}/branches/{FIRST}/"],
        "stranger": [f"/rounds/other-2026/{OTHER_COUNTY}/{page}/" for page in ("ranking", "townships", "standard")]
        + [f"/rounds/other-2026/{OTHER_COUNTY}/branches/419902001200/"],
    }
    admin = [reverse(f"admin:{model}_changelist") for model, roles in routes.ADMIN.items() if role in roles]
    adds = [
        reverse(f"admin:{model}_add") for model, roles in routes.ADMIN.items() if "add" in roles.get(role, "").split()
    ]
    views = [url for model, roles in routes.ADMIN.items() if role in roles for url in shown_in_admin(model)]
    in_admin = ["/admin/", *admin, *adds, *views] if admin else []
    return ["/", "/password/", "/nothing/", *pages.get(role, []), *in_admin]


def shown_in_admin(model: str) -> list[str]:
    """The page of one row of a model, where there is a row; axes writes its rows' names in English."""
    row = None if model.startswith("axes") else apps.get_model(*model.split("_")).objects.order_by("pk").first()
    return [reverse(f"admin:{model}_{page}", args=[row.pk]) for page in ("change", "history")] if row else []


PERSONS = [*Role, "stranger"]


def without(texts: list[str], text: str) -> str:
    for one in texts:
        text = text.replace(one, " ")
    return text


@pytest.mark.parametrize("who", PERSONS)
def test_a_page_in_english_has_no_chinese_but_what_was_entered(client, rich, entered, who):
    client.cookies["django_language"] = "en"
    client.force_login(rich.people[who])
    chinese = [text for text in entered if HAN.search(text)]

    said = {(text, url) for url in pages_of(rich, who) for text in spoken(client.get(url)) if HAN.search(text)}

    left = {text: url for text, url in said if text != "中文" and set(text) - SEALS}
    assert {text: left[text] for text in left if HAN.search(without(chinese, text))} == {}


@pytest.mark.parametrize("who", PERSONS)
def test_a_page_in_chinese_has_no_english_sentence(client, rich, entered, who):
    client.force_login(rich.people[who])
    english = [text for text in entered if WORD.search(text)]

    said = {(text, url) for url in pages_of(rich, who) for text in spoken(client.get(url)) if WORD.search(text)}

    left = {text: url for text, url in said if not (url.startswith("/admin/") and text in ICONS)}
    assert {text: left[text] for text in left if set(WORD.findall(HASH.sub("", without(english, text)))) - KNOWN} == {}


def anonymous_pages(client, rich):
    """Everything that is said before anyone is signed in, and every refusal."""
    user = rich.people[Role.VIEWER].username
    yield client.get("/sign-in/")
    yield client.post("/sign-in/", {})
    for _try in range(5):
        yield client.post("/sign-in/", {"username": user, "password": "wrong"})
    yield client.get("/nothing/")
    yield client.get("/", headers={"host": "evil.example"})
    forger = type(client)(enforce_csrf_checks=True)
    forger.cookies = client.cookies
    yield forger.post("/language/", {})
    client.force_login(rich.people[Role.SYSTEM_ADMINISTRATOR])
    yield client.get("/admin/scoring/criterion/")
    yield client.post("/password/", {"old_password": "x", "new_password1": "1234", "new_password2": "12345"})
    yield client.post("/password/", {"old_password": "x", "new_password1": "password", "new_password2": "password"})


@pytest.mark.parametrize(("language", "foreign"), [("en", HAN), ("zh-hans", WORD)])
def test_refusals_and_the_sign_in_speak_one_language(client, rich, entered, language, foreign, monkeypatch):
    client.cookies["django_language"] = language
    data = [text for text in entered if foreign.search(text)]

    said = {text for response in anonymous_pages(client, rich) for text in spoken(response)}
    client.raise_request_exception = False
    monkeypatch.setattr("evaluations.views.home.counties_seen_by", None)
    said |= set(spoken(client.get("/")))

    foreign_words = {word for text in said - {"中文", "English"} for word in foreign.findall(without(data, text))}
    assert {word for word in foreign_words if word not in KNOWN and not set(word) <= SEALS} == set()
