"""The entry grid as it is asked for, and its cells as they come."""

import json
import re


def visit(client, county, query="", by=None):
    client.force_login(by or county.clerk)
    client.cookies["django_language"] = "en"
    return client.get(f"{county.base}/entry/grid/{query}")


def data_of(response) -> dict:
    """What the page hands to its scripts."""
    text = re.search(r'<script id="grid-data" type="application/json">(.*?)</script>', response.content.decode(), re.S)
    return json.loads(text[1])


def cell_of(response, code, place=0) -> dict:
    data = data_of(response)
    return data["cells"][place][[column["code"] for column in data["columns"]].index(code)]


def td_of(response, code, place=0) -> str:
    """The HTML of one cell."""
    codes = [column["code"] for column in data_of(response)["columns"]]
    rows = re.findall(r"<tr[^>]* data-line>.*?</tr>", response.content.decode(), re.S)
    return re.findall(r"<td .*?</td>", rows[place], re.S)[codes.index(code)]
