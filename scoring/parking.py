"""Which branches have values that can't be scored, and why (scoring.md §1 and §5, "parked"). PURE."""

import numpy as np

from scoring.bases import NOT_APPLICABLE, REPORTED
from scoring.units import SCALE, VALUE_LIMIT, plain
from tables.message import N_, Message

TOO_LARGE = N_("%(code)s: %(value)s is not below 10^10")
NOT_A_COUNT = N_("%(code)s: %(value)s is not a whole number of 0 or more")
NOT_AN_ANSWER = N_("%(code)s: %(value)s is neither yes (1) nor no (0)")
NOT_AN_OPTION = N_("%(code)s: there is no option %(value)s")
NO_SUCH_STATE = N_("%(code)s: there is no value state %(value)s")
LAST_YEAR = N_("last year's %(problem)s")


def _bad_count(units, criterion):
    return (units < 0) | (units % SCALE != 0)


def _bad_answer(units, criterion):
    return (units != 0) & (units != SCALE)


def _bad_option(units, criterion):
    return (units % SCALE != 0) | (units < SCALE) | (units > len(criterion.options) * SCALE)


TYPE_CHECKS = {
    "count": (_bad_count, NOT_A_COUNT),
    "yesno": (_bad_answer, NOT_AN_ANSWER),
    "choice": (_bad_option, NOT_AN_OPTION),
}


def find_parked(compiled, columns) -> list[Message | None]:
    """Return per branch its first problem in the order of the columns, or None."""
    parked: list[Message | None] = [None] * len(columns.population)
    for column, (place, _) in enumerate(compiled.slots):
        criterion = compiled.criteria[place]
        units, state = columns.units[:, column], columns.state[:, column]
        _note(parked, _problems(units, state, criterion), criterion.code)
    for place in {compiled.places[criterion.of] for criterion in compiled.criteria if not criterion.takes_values}:
        units, state = columns.last_units[:, place], columns.last_state[:, place]
        _note(parked, _size_problems(units, state), compiled.criteria[place].code, last_year=True)
    return parked


def _size_problems(units, state):
    yield (state < 0) | (state > NOT_APPLICABLE), NO_SUCH_STATE, state, str
    yield (state == REPORTED) & ((units >= VALUE_LIMIT) | (units <= -VALUE_LIMIT)), TOO_LARGE, units, plain


def _problems(units, state, criterion):
    yield from _size_problems(units, state)
    if criterion.value_type in TYPE_CHECKS:
        check, text = TYPE_CHECKS[criterion.value_type]
        yield (state == REPORTED) & check(units, criterion), text, units, plain


def _note(parked, problems, code, last_year=False):
    for wrong, text, given, written in problems:
        for branch in np.flatnonzero(wrong).tolist():
            problem = Message(text, {"code": code, "value": written(int(given[branch]))})
            if parked[branch] is None:
                parked[branch] = Message(LAST_YEAR, {"problem": problem}) if last_year else problem
