"""What browser tests ask the grid's page, and the values it left in the portal."""

from evaluations.models import Value

LINE = ("Failed to load resource", "net::ERR")  # what the console says of an answer 401 to 422, and of a cut line
SENT = """() => new Promise((done, fail) => {
    const look = () => Entry.counts().saving + Entry.counts().waiting ? setTimeout(look, 20) : done();
    setTimeout(() => fail(new Error(JSON.stringify(Entry.counts()))), 15000);
    look();
})"""


def is_fault(said) -> bool:
    return said.type in ("error", "warning") and not any(words in said.text for words in LINE)


def cell(page, row: int, code: str):
    """A cell by its branch's place and its criterion's code."""
    place = page.evaluate("code => Grid.columns.findIndex(column => column.code === code)", code)
    return page.locator("tr[data-line]").nth(row).locator("td").nth(place)


def kept(made, code: str) -> list[tuple]:
    """(number, revision) of a criterion's values, branch by branch."""
    rows = Value.objects.filter(round=made.this, criterion__code=code).order_by("branch__code")
    return list(rows.values_list("reported_number", "revision"))


def changes():
    """The older states of values that were changed."""
    return Value.pgh_event_model.objects.filter(pgh_label="changed")


def wait_until_sent(page) -> None:
    page.evaluate(SENT)
