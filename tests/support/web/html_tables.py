"""The tables of a page as its HTML has them, and the tables of its files."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

import openpyxl

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


@dataclass(frozen=True)
class HtmlTable:
    """A table of a page: its class, headings, rows of texts, and by heading the address that sorts by it.

    Attributes
    ----------
    sorted
        Heading and ``aria-sort`` of the column it is sorted by; None = it does not sort.
    """

    css: str
    headings: list[str]
    rows: list[list[str]]
    foot: list[list[str]]
    links: dict[str, str]
    sorted: tuple[str, str] | None


def words(html: str) -> str:
    """Return the text of a piece of a page, with plain spaces; drawings have none."""
    html = re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ").split())


def tables(page: str) -> dict[str, HtmlTable]:
    """Return the tables of a page by what a screen reader calls them."""
    found = re.findall(r'<div class="scroll"[^>]*aria-label="([^"]*)"[^>]*>\s*(<table.*?</table>)', page, re.DOTALL)
    return {unescape(name): _table(html) for name, html in found}


def _table(html: str) -> HtmlTable:
    heads = re.findall(r"<th [^>]*scope=\"col\".*?</th>", html.partition("</thead>")[0], re.DOTALL)
    names = [re.sub(r" [↓↑]$", "", words(head)) for head in heads]
    links = {
        name: unescape(match[1])
        for name, head in zip(names, heads, strict=True)
        if (match := re.search(r'href="([^"]*)"', head))
    }
    by = [
        (name, match[1])
        for name, head in zip(names, heads, strict=True)
        if (match := re.search('aria-sort="(\\w+)"', head))
    ]
    return HtmlTable(
        re.search(r'<table class="([^"]*)"', html)[1],
        names,
        _rows(html.partition("<tbody>")[2].partition("</tbody>")[0]),
        _rows(html.partition("<tfoot>")[2]),
        links,
        by[0] if by else None,
    )


def _rows(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html, re.DOTALL)
    return [[words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]


def file_addresses(page: str) -> list[tuple[str, str, str]]:
    """Return the files a page offers: table, form and address."""
    found = [unescape(one) for one in re.findall(r'<span class="downloads">(.*?)</span>', page, re.DOTALL)]
    addresses = [unescape(one) for html in found for one in re.findall(r'href="([^"]*)"', html)]
    return [
        (re.search(r"[?&]tabelle=([\w-]+)", address)[1], re.search(r"\.(\w+)\?", address)[1], address)
        for address in addresses
    ]


def lines(answer: TestResponse) -> list[dict[str, Any]]:
    """Return the lines of a file by heading: of CSV as texts, of JSON and Excel with their numbers."""
    if answer.mimetype == "application/json":
        return json.loads(answer.text)["zeilen"]
    if answer.mimetype == "text/csv":
        return [*csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";")]
    heading, *rows = openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]
