"""The road as a document: a diagram and a table for each thing that moves, made from evaluations/workflow.py."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.roles import Role
from evaluations.workflow import PUBLIC_LABELS, STATUSES, Action, State, Subject, actions_of


def as_markdown() -> str:
    """All of it, in the language that is active."""
    lines = [f"# {_('The road of a round')}", "", _("Made from evaluations/workflow.py by `manage.py road_table`."), ""]
    for subject in Subject:
        lines += [f"## {subject.label}", "", *diagram(subject), "", *table(subject), ""]
    lines += [f"## {_('What the public reads')}", "", *public(), ""]
    return "\n".join(lines)


def diagram(subject: Subject) -> Iterator[str]:
    """A state diagram in Mermaid: the statuses with their labels, an arrow per step."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    for status in STATUSES[subject]:
        yield f"    {status.value}: {status.label}"
    for action in actions_of(subject):
        for source in action.sources or ("[*]",):
            yield f"    {source} --> {action.target.value}: {action.label}"
    yield "```"


def table(subject: Subject) -> Iterator[str]:
    heads = (_("Step"), pgettext("a status before", "from"), pgettext("a status after", "to"), _("who"),
             _("while the county is"), _("needs"))  # fmt: skip
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for action in actions_of(subject):
        yield f"| {' | '.join(cells(action))} |"


def cells(action: Action) -> tuple[str, ...]:
    comma = pgettext("between names", ", ")
    return (
        str(action.label),
        comma.join(str(source.label) for source in action.sources) or "–",
        str(action.target.label),
        comma.join(str(Role(role).label) for role in action.roles),
        comma.join(str(State(state).label) for state in action.counties),
        comma.join(str(need.label) for need in action.needs) or "–",
    )


def public() -> Iterator[str]:
    yield f"| {_('status')} | {_('public')} |"
    yield "|---|---|"
    for status, label in PUBLIC_LABELS.items():
        yield f"| {status.label} | {label} |"
