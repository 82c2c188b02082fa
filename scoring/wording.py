"""Numbers and bases in words, for the sentences that explain a rule. PURE."""

from scoring.units import SCALE, plain
from tables.message import N_, Message

YES, NO = Message(N_("yes")), Message(N_("no"))
ON_BASIS = {
    "yoy_percent": N_("growth on last year: %(rule)s"),
    "per_1000_residents": N_("per 1,000 residents: %(rule)s"),
    "per_100_households": N_("per 100 households: %(rule)s"),
    "percent_of_county_mean": N_("against the county's mean: %(rule)s"),
    "minmax_in_county": N_("place between the county's lowest and highest: %(rule)s"),
    "rank_percent_in_county": N_("place in the county's order, 100%% being first: %(rule)s"),
}
PERCENT_BASES = ("yoy_percent", "percent_of_county_mean", "minmax_in_county", "rank_percent_in_county")


def quantity(units: int, unit: str) -> str:
    """Write a number with its unit: "88%", "20 户"."""
    return f"{plain(units)}%" if unit == "%" else f"{plain(units)} {unit}".rstrip()


def on_scale(units: int, criterion) -> str | Message:
    """Write a basis number of this criterion: its unit is % on the relative bases, yes or no for a yesno."""
    if criterion.value_type == "yesno" and units in (0, SCALE):
        return YES if units else NO
    return quantity(units, "%" if criterion.basis in PERCENT_BASES else criterion.unit)


def with_basis(rule: Message, criterion) -> Message:
    """Put before a rule what it looks at, when that isn't the value itself."""
    if criterion.basis == "value":
        return rule
    return Message(ON_BASIS[criterion.basis], {"rule": rule})


def joined(parts: list[Message]) -> Message:
    """Join clauses with semicolons."""
    sentence = parts[-1]
    for part in reversed(parts[:-1]):
        sentence = Message(N_("%(first)s; %(rest)s"), {"first": part, "rest": sentence})
    return sentence


def shown_value(criterion, units: int) -> str | Message:
    """Write a value as it was given: an option's code, yes or no, or a number with its unit."""
    if criterion.value_type == "choice":
        place = units // SCALE
        return criterion.options[place - 1] if 0 < place <= len(criterion.options) else str(place)
    if criterion.value_type == "yesno" and units in (0, SCALE):
        return YES if units else NO
    return quantity(units, criterion.unit)


BASIS_OF_VALUE = {
    "per_1000_residents": N_("%(value)s, %(basis)s per 1,000 residents"),
    "per_100_households": N_("%(value)s, %(basis)s per 100 households"),
    "percent_of_county_mean": N_("%(value)s, %(basis)s of the county's mean"),
    "minmax_in_county": N_("%(value)s, %(basis)s of the way from worst to best in the county"),
    "rank_percent_in_county": N_("%(value)s, ahead of or level with %(basis)s of the county"),
}


def shown_basis(criterion, units: int, basis: int) -> str | Message:
    """Write a value together with the basis number that is scored."""
    if criterion.basis == "value":
        return shown_value(criterion, units)
    scored = on_scale(basis, criterion)
    if criterion.basis == "yoy_percent":
        return Message(N_("%(basis)s on last year"), {"basis": scored})
    return Message(BASIS_OF_VALUE[criterion.basis], {"value": shown_value(criterion, units), "basis": scored})
