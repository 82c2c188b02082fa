"""`manage.py messages` keeps what was translated, and --check lets nothing incomplete through."""

from io import StringIO

import polib
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

SOURCE = 'gettext("Ranking")\ngettext("%(n)s points")\n'
CHINESE = {"Ranking": "排名", "%(n)s points": "%(n)s 分"}


@pytest.fixture
def project(tmp_path):
    """A small project whose catalogue is complete and compiled."""
    (tmp_path / "pages.py").write_text(SOURCE, encoding="utf-8")
    run(tmp_path)
    translate(tmp_path, CHINESE)
    run(tmp_path)
    return tmp_path


def run(root, **options):
    out = StringIO()
    call_command("messages", root=root, stdout=out, **options)
    return out.getvalue()


def po_of(root):
    return root / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def translate(root, chinese, flags=()):
    catalogue = polib.pofile(str(po_of(root)))
    for entry in catalogue:
        entry.msgstr = chinese[entry.msgid]
        entry.flags = list(flags)
    catalogue.save()


def test_a_complete_catalogue_passes(project):
    assert "complete" in run(project, check=True)


def test_the_portals_own_catalogue_is_complete():
    assert "complete" in run(settings.BASE_DIR, check=True)


def test_a_second_update_changes_no_byte(project):
    before = [path.read_bytes() for path in sorted(po_of(project).parent.iterdir())]

    run(project)

    assert [path.read_bytes() for path in sorted(po_of(project).parent.iterdir())] == before


def test_an_update_keeps_translations_and_drops_what_is_gone(project):
    (project / "pages.py").write_text('gettext("Ranking")\ngettext("Level")\n', encoding="utf-8")

    said = run(project)

    kept = {entry.msgid: entry.msgstr for entry in polib.pofile(str(po_of(project)))}
    assert kept == {"Level": "", "Ranking": "排名"}
    assert "not translated: 'Level'" in said


def add_text(root):
    (root / "pages.py").write_text(SOURCE + 'gettext("Level")', encoding="utf-8")


def drop_text(root):
    (root / "pages.py").write_text('gettext("Ranking")', encoding="utf-8")


def forget_chinese(root):
    translate(root, CHINESE | {"Ranking": " "})


def lose_placeholder(root):
    translate(root, CHINESE | {"%(n)s points": "若干分"})


def rename_placeholder(root):
    translate(root, CHINESE | {"%(n)s points": "%(m)s 分"})


def use_half_width(root):
    translate(root, CHINESE | {"Ranking": "排名,从高到低"})


def mark_fuzzy(root):
    translate(root, CHINESE, flags=["fuzzy"])


def change_without_compiling(root):
    translate(root, CHINESE | {"Ranking": "名次"})


def lose_compiled(root):
    po_of(root).with_suffix(".mo").unlink()


def write_f_string(root):
    (root / "pages.py").write_text('gettext(f"{n} points")', encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (add_text, "not in the catalogue: 'Level'"),
        (drop_text, "no longer used"),
        (forget_chinese, "not translated: 'Ranking'"),
        (lose_placeholder, "placeholders differ"),
        (rename_placeholder, "placeholders differ"),
        (use_half_width, "half-width punctuation"),
        (mark_fuzzy, "fuzzy"),
        (change_without_compiling, "django.mo is not"),
        (lose_compiled, "django.mo is not"),
        (write_f_string, "pages.py:1: an f-string"),
    ],
    ids=lambda case: getattr(case, "__name__", None),
)
def test_check_refuses(project, spoil, said):
    spoil(project)

    with pytest.raises(CommandError, match=said.replace("(", r"\(")):
        run(project, check=True)
