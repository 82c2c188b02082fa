"""The form of one value of a branch, laid out by what its criterion asks; posted whole where there is no JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from uuid import uuid4, uuid5

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout, LayoutObject
from django import forms
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from branches.fields import CleanCharField, CleanIntegerField
from evaluations.models import Way
from evaluations.reading.entry_places import Place, Typed
from evaluations.reading.entry_words import GLYPHS, state_words
from evaluations.services.completeness import is_asked
from evaluations.services.edits import CONFLICT, DOCUMENT, NOTE, SOURCE, Answer, Edit
from scoring.models import Source

FORM = "entry"  # the one form element of the page; its inputs name it, since files have forms of their own in between
TYPED = 60  # characters of a value
INPUTS = {
    "number": "entry/inputs/_number.html",
    "percent": "entry/inputs/_number.html",
    "count": "entry/inputs/_number.html",
    "yesno": "entry/inputs/_radios.html",
    "choice": "entry/inputs/_radios.html",
}
KEYPADS = {"number": "decimal", "percent": "decimal", "count": "numeric"}


class ValueForm(forms.Form):
    """What may be said of one value. The service judges it; this only reads texts as the portal stores them."""

    text = CleanCharField(required=False, max_length=TYPED)
    na = forms.BooleanField(required=False)
    note = CleanCharField(required=False, max_length=NOTE)
    document = CleanCharField(required=False, max_length=DOCUMENT)
    source = CleanCharField(required=False, max_length=SOURCE)
    as_of = forms.DateField(required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    revision = CleanIntegerField(required=False, min_value=0, max_value=2**31 - 2, widget=forms.HiddenInput)
    was = CleanCharField(required=False, widget=forms.HiddenInput)

    def __init__(self, place: Place, data: Mapping | None = None, shown: Typed | None = None):
        """`shown`: what the inputs hold instead of the value as it stands."""
        self.place, self.answer = place, None
        standing = place.typed
        begins = {"key": uuid4(), "revision": place.revision, "was": standing.snapshot}
        super().__init__(data, prefix=place.name, initial=asdict(shown or standing) | begins)
        self.name_fields()
        self.helper = helper_of(self)

    def name_fields(self) -> None:
        """Labels that name the value, and the input fit for its type."""
        row = self.place.row
        self.fields["text"].label = f"{row.code} {row.shown_name} {self.place.quarter}".strip()
        self.fields["note"].label = _("Note, or why it is not applicable")
        self.fields["na"].label = _("Not applicable")
        self.fields["document"].label = _("Document number")
        self.fields["source"].label, self.fields["as_of"].label = _("Source"), _("As of")
        if row.value_type in KEYPADS:
            self.fields["text"].widget = forms.TextInput()
            self.fields["text"].widget.attrs["inputmode"] = KEYPADS[row.value_type]
        else:
            choices = [(option.key, option.meaning or option.code) for option in self.place.options]
            self.fields["text"].widget = forms.RadioSelect(choices=choices)
        for name, field in self.fields.items():
            field.widget.attrs |= {"form": FORM, "autocomplete": "off", "data-part": name}

    # What the templates ask ------------------------------------------------------------------------------------------
    problems: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """The state the value is drawn in: what became of the post, else as it stands."""
        if self.problems:
            return "refused"
        if self.answer is None:
            return self.place.state
        status = self.answer.status
        return status if status in ("conflict", "locked") else "refused"

    @property
    def glyph(self) -> str:
        return GLYPHS.get(self.state or "saved", "")

    @property
    def words(self) -> str:
        """The state in words, with the reason."""
        reasons = [*self.problems]
        if self.answer:
            reasons.append(self.answer.message)
        elif self.state == "warned":
            reasons += self.place.warnings
        if self.state == "missing" and not is_asked(self.place.row):
            return _("May be left empty")
        return " ".join([state_words()[self.state or "saved"], *reasons])

    @property
    def described(self) -> str:
        """What an input is described by: the rule, and its state."""
        return f"about-{self.place.row.code} state-{self.place.name}"

    @property
    def answers(self):
        """The options of a choice beside their radio buttons."""
        return list(zip(self.place.options, self["text"], strict=True))

    @property
    def more_open(self) -> bool:
        shown = self.initial
        return bool(shown["na"] or shown["note"] or shown["document"] or self.state in ("warned", "refused"))

    @property
    def owned_by_department(self) -> bool:
        return self.place.row.source != Source.TOWNSHIP

    @cached_property
    def typed(self) -> Typed:
        """What was posted, as far as it could be read; what a township can't give stays as it was."""
        read, standing = self.cleaned_data, self.place.typed
        mine = self.owned_by_department
        return Typed(
            read.get("text", ""), bool(read.get("na")), read.get("note", ""), read.get("document", ""),
            read.get("source", "") if mine else standing.source, read.get("as_of") if mine else standing.as_of,
        )  # fmt: skip

    @property
    def touched(self) -> bool:
        """Does the form say anything else than the page did when it was opened, as the form itself tells?"""
        was = self.cleaned_data.get("was", "")
        return bool(was) and self.typed.snapshot != was

    def edit(self) -> Edit:
        """The edit that was posted."""
        return self.as_edit(self.typed, Way.TYPED)

    def keep(self) -> Edit:
        """Last year's value, confirmed."""
        return self.as_edit(Typed(self.place.offer, note=self.typed.note, document=self.typed.document), Way.KEPT)

    def as_edit(self, typed: Typed, way: str) -> Edit:
        """The same page posted twice gives the same key; posted with other content, another one."""
        read = self.cleaned_data
        page = read.get("key") or uuid4()
        edit = Edit(
            key=page, branch=self.place.branch, criterion=self.place.row.code, period=self.place.period, way=way,
            revision=read.get("revision") or 0, **asdict(typed),
        )  # fmt: skip
        return replace(edit, key=uuid5(page, edit.digest(0)))  # the page's key is its county's alone)

    def again(self, place: Place, answer: Answer | None) -> ValueForm:
        """The form to be shown after it was posted and not taken, with the texts typed.

        It stays on top of the value its giver saw; only a conflict has shown them the one that stands now.
        """
        form = ValueForm(place, shown=self.typed_raw)
        if answer is None or answer.status != CONFLICT:
            read = self.cleaned_data
            form.initial |= {"revision": read.get("revision") or 0, "was": read.get("was") or place.typed.snapshot}
        form.answer, form.problems = answer, tuple(error for errors in self.errors.values() for error in errors)
        return form

    @property
    def typed_raw(self) -> Typed:
        """The texts as they were posted, whatever they are."""
        texts = {name: self.data.get(self.add_prefix(name), "")[:1000] for name in ("text", "note", "document")}
        typed = self.typed
        return Typed(na=typed.na, source=typed.source, as_of=typed.as_of, **texts)


class Part(LayoutObject):
    """A template of ours in a layout, around the fields it is given; it knows the form."""

    def __init__(self, template: str, *fields):
        self.template, self.fields = template, list(fields)

    def render(self, form, context, template_pack=None, **kwargs):
        fields = self.get_rendered_fields(form, context, template_pack or "bootstrap5", **kwargs)
        return render_to_string(self.template, {"form": form, "fields": fields})


def helper_of(form: ValueForm) -> FormHelper:
    """The layout: the input of the criterion's type, then what may be said with it in a fold."""
    helper = FormHelper()
    helper.form_tag, helper.disable_csrf = False, True
    said = [Field("na", template="entry/inputs/_check.html"), Field("note", template="entry/inputs/_line.html")]
    said.append(Field("document", template="entry/inputs/_line.html"))
    if form.owned_by_department:
        said += [Field(name, template="entry/inputs/_line.html") for name in ("source", "as_of")]
    helper.layout = Layout(
        Field("text", template=INPUTS[form.place.row.value_type]),
        Part("entry/inputs/_state.html"),
        Part("entry/inputs/_fold.html", *said),
        "key", "revision", "was",
    )  # fmt: skip
    return helper
