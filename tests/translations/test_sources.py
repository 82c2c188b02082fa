"""Every text that is shown is found, and only those."""

import pytest

from translations.sources import Text, UnreadableText, python_texts, template_texts, texts_below

PYTHON = [
    ('gettext("Ranking")', [Text("Ranking")]),
    ('_("Ranking" " of branches")', [Text("Ranking of branches")]),
    ('N_("%(n)s points")', [Text("%(n)s points")]),
    ('translation.gettext_lazy("Star")', [Text("Star")]),
    ('ngettext("%(n)s branch", "%(n)s branches", n)', [Text("%(n)s branch", plural="%(n)s branches")]),
    ('pgettext("verb", "Open")', [Text("Open", context="verb")]),
    ('npgettext("road", "step", "steps", 2)', [Text("step", context="road", plural="steps")]),
    ("gettext(message.text)", []),
    ('print("Ranking")', []),
    ('ngettext("one only")', []),
]
TEMPLATES = [
    ('{% translate "Ranking" %}', [Text("Ranking")]),
    ('{% translate "50% of it" %}', [Text("50%% of it")]),
    ('{% translate "Open" context "verb" %}', [Text("Open", context="verb")]),
    ("{% blocktranslate trimmed %}\n as of\n {{ time }}\n{% endblocktranslate %}", [Text("as of %(time)s")]),
    (
        "{% blocktranslate count n=n %}{{ n }} branch{% plural %}{{ n }} branches{% endblocktranslate %}",
        [Text("%(n)s branch", plural="%(n)s branches")],
    ),
    ('{% include "x.html" with label=_("Level") only %}', [Text("Level")]),
    ('{{ value|default:_("none") }}', [Text("none")]),
    ("""{% translate "Don't know" %}""", [Text("Don't know")]),
    ("{# translate this #}<p>gettext</p>", []),
]


@pytest.mark.parametrize(("source", "expected"), PYTHON)
def test_texts_of_a_python_file(source, expected):
    assert [text.__class__(text.msgid, text.context, text.plural) for text in python_texts(source, "a.py")] == expected


@pytest.mark.parametrize(("source", "expected"), TEMPLATES)
def test_texts_of_a_template(source, expected):
    found = list(template_texts(source, "a.html"))

    assert [Text(text.msgid, text.context, text.plural) for text in found] == expected


def test_an_f_string_is_refused_with_its_file_and_line():
    with pytest.raises(UnreadableText, match=r"views\.py:2: an f-string"):
        list(python_texts('\ngettext(f"{n} branches")', "views.py"))


def test_tests_and_the_environment_are_not_read(tmp_path):
    for place in ("app/models.py", "tests/test_models.py", ".venv/lib/x.py", "app/migrations/0001_first.py"):
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text('_("Star")', encoding="utf-8")

    assert [text.place for text in texts_below(tmp_path)] == ["app/models.py"]
