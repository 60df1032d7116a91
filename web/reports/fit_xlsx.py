"""``fit.xlsx``: the result of an analysis as a workbook a care manager can read, print and check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from web.reports import relief_sheet
from web.reports.sheets import INK_2, Styles, landscape, table, workbook
from web.services.analysis.overview import heat
from web.wording.figures import COVERAGE_WORDS, FIT_WORDS, KIND_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from rules.model import RuleBook

_CLASSES = tuple(FIT_WORDS)
_HOURS, _SHARE, _COUNT = "#,##0.0", "0.0%", "#,##0"
_LEVELS = (4, 3, 2, 1, 0)
_LINE = 92  # characters in a line of the method page
_HEAT = {
    "f": ("#ecfdf5", "#d1f5ea", "#a7e8d6", "#6fd3bb", "#3fb79c"),
    "u": ("#fff4ec", "#fee3cf", "#fdc79f", "#fb9f63", "#f0803c"),
    "o": ("#eef4ff", "#dae6ff", "#b5cdfe", "#84a9fb", "#5f8af5"),
    "n": ("#f6f7f8", "#eceef0", "#dfe2e6", "#cdd2d8", "#b9c0c8"),
}
"""Five steps a meaning, as on the pages: the letter and step come from ``overview.heat``."""


def write(path: Path, result: Mapping[str, Any], book: RuleBook) -> None:
    """Write the workbook.

    Parameters
    ----------
    result
        A document of :mod:`web.reports.fit_json`: both files have the same content.
    """
    with workbook(path, "Kompetenzgerechte Passung") as file:
        styles = Styles(file)
        _overview(file, styles, result, book)
        _labelled(file, styles, result, "Wohnbereiche", "Wohnbereich", "wohnbereich", "by_ward")
        _labelled(file, styles, result, "Schichten", "Schicht", "schicht", "by_shift")
        _labelled(file, styles, result, "Tage", "Tag", "tag", "by_day")
        _interventions(file, styles, result, book)
        if "entlastung" in result:
            sheet = file.add_worksheet("Entlastung")
            row = _head(sheet, styles, relief_sheet.TITLE, result, None, relief_sheet.LAST_COLUMN)
            relief_sheet.fill(sheet, styles, row, result["entlastung"], book)
        _method(file, styles, result, book)


def _day(text: str | None) -> str:
    return ".".join(reversed(text.split("-"))) if text else "–"


def _head(
    sheet: Worksheet, styles: Styles, title: str, result: Mapping[str, Any], book: RuleBook | None, width: int
) -> int:
    """Write heading and basis of a sheet; return the next row."""
    period = result["period"]
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, title, styles.title)
    basis = f"{_day(period['from'])} bis {_day(period['to'])} · {result['input']['counted']:,} Interventionen".replace(
        ",", "."
    )
    if book:
        basis += f" · Regelwerk {book.display}"
    sheet.merge_range(1, 0, 1, width, basis, styles(font_color=INK_2))
    landscape(sheet)
    return 3


def _overview(file: Workbook, styles: Styles, result: Mapping[str, Any], book: RuleBook) -> None:
    sheet = file.add_worksheet("Überblick")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 6, 13)
    row = _head(sheet, styles, "Wer tat, was welches Niveau verlangte", result, book, 6)
    total = sum(part["seconds"] for part in result["fit"].values())
    counted = result["input"]["counted"]
    body = [
        (
            f"{FIT_WORDS[name].sign} {FIT_WORDS[name].word}",
            part["seconds"] / 3600,
            part["seconds"] / total if total else None,
            part["count"],
            part["count"] / counted if counted else None,
        )
        for name in _CLASSES
        if (part := result["fit"][name])
    ]
    formats = [styles(bold=True), *(styles(num_format=f) for f in (_HOURS, _SHARE, _COUNT, _SHARE))]
    row = table(sheet, row, ["Passung", "Stunden", "Anteil Minuten", "Anzahl", "Anteil Anzahl"], body, formats, styles)
    certified = result["passend_durch_zertifikat"]
    text = f"Von „Passend“ durch anerkanntes Zertifikat: {certified['count']} Interventionen."
    sheet.merge_range(row, 0, row, 6, text, styles.note)
    _square(sheet, styles, row + 2, result, total)


def _square(sheet: Worksheet, styles: Styles, row: int, result: Mapping[str, Any], total: int) -> None:
    """Write the square in hours, coloured by meaning and share, with sums."""
    seconds = {(cell["qn_soll"], cell["qn_ist"]): cell["seconds"] for cell in result["matrix"]}
    across = (1, 2, 3, 4, 0)
    names = {0: "unbekannt"}
    sheet.write_string(
        row,
        0,
        "Stunden: nötiges Niveau (QN-Soll) nach unten, Niveau der Person (QN-Ist) nach rechts",
        styles(bold=True),
    )
    row += 1
    for column, label in enumerate(["Soll ↓  Ist →", *(names.get(level, f"QN {level}") for level in across), "Summe"]):
        sheet.write_string(row, column, label, styles.head_of_numbers if column else styles.head)
    for soll in _LEVELS:
        row += 1
        sheet.set_row(row, 24)
        sheet.write_string(row, 0, names.get(soll, f"QN {soll}"), styles(bold=True, valign="vcenter"))
        for column, ist in enumerate(across, start=1):
            value = seconds.get((soll, ist), 0)
            colour = _heat(soll, ist, value, total)
            properties: dict[str, Any] = {"num_format": _HOURS, "bg_color": colour, "valign": "vcenter"}
            if soll == ist and soll:
                properties |= {"border": 2, "border_color": FIT_WORDS["passend"].colour}
            sheet.write_number(row, column, value / 3600, styles(**properties))
        sheet.write_number(
            row,
            6,
            sum(seconds.get((soll, i), 0) for i in across) / 3600,
            styles(num_format=_HOURS, bold=True, valign="vcenter"),
        )
    row += 1
    sheet.write_string(row, 0, "Summe", styles(bold=True, top=1))
    for column, ist in enumerate(across, start=1):
        value = sum(seconds.get((s, ist), 0) for s in _LEVELS) / 3600
        sheet.write_number(row, column, value, styles(num_format=_HOURS, bold=True, top=1))
    sheet.write_number(row, 6, total / 3600, styles(num_format=_HOURS, bold=True, top=1))
    legend = (
        "Grün: passend · Orange: Niveau zu niedrig · Blau: zu hoch · Grau: nicht bewertbar. Kräftiger heißt mehr Zeit."
    )
    sheet.merge_range(row + 1, 0, row + 1, 6, legend, styles.note)


def _heat(soll: int, ist: int, value: int, total: int) -> str:
    code = heat(soll or None, ist or None, value / total if total else 0)
    return _HEAT[code[0]][int(code[1]) - 1]


def _share_row(parts: Mapping[str, Mapping[str, int]]) -> list[object]:
    seconds = sum(part["seconds"] for part in parts.values())
    shares = [parts[name]["seconds"] / seconds if seconds else None for name in _CLASSES]
    return [sum(part["count"] for part in parts.values()), seconds / 3600, *shares]


def _share_headings() -> list[str]:
    return ["Anzahl", "Stunden", *(f"{FIT_WORDS[name].sign} {FIT_WORDS[name].word}" for name in _CLASSES)]


def _share_formats(styles: Styles) -> list[Any]:
    return [styles(num_format=_COUNT), styles(num_format=_HOURS), *(styles(num_format=_SHARE) for _ in _CLASSES)]


def _labelled(
    file: Workbook, styles: Styles, result: Mapping[str, Any], title: str, heading: str, key: str, part: str
) -> None:
    sheet = file.add_worksheet(title)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 12)
    sheet.set_column(3, 7, 19)
    row = _head(sheet, styles, f"Passung nach {heading}", result, None, 7)
    entries: Sequence[Mapping[str, Any]] = result[part]
    body = [[_label(entry[key], key), *_share_row(entry["fit"])] for entry in entries]
    table(sheet, row, [heading, *_share_headings()], body, [styles(bold=True), *_share_formats(styles)], styles)
    sheet.freeze_panes(row + 1, 1)


def _label(value: str | None, key: str) -> str:
    if value is None:
        return "ohne Angabe"
    return _day(value) if key == "tag" else value


def _interventions(file: Workbook, styles: Styles, result: Mapping[str, Any], book: RuleBook) -> None:
    """Write all interventions, those with the most time out of place first."""
    sheet = file.add_worksheet("Interventionen")
    sheet.set_column(0, 0, 9)
    sheet.set_column(1, 1, 46)
    sheet.set_column(2, 2, 22)
    sheet.set_column(3, 6, 13)
    sheet.set_column(7, 11, 19)
    row = _head(sheet, styles, "Interventionen nach Zeit außerhalb des nötigen Niveaus", result, None, 11)
    entries = {entry.id: entry for entry in book.interventions}
    wrong = ("unterqualifiziert", "ueberqualifiziert", "vorbehalt_verletzt")
    body = []
    for figures in result["by_intervention"]:
        outside = sum(figures["fit"][name]["seconds"] for name in wrong)
        entry = entries[figures["intervention"]]
        kind = KIND_WORDS[entry.kind]
        body.append([entry.id, entry.title, kind, f"QN {entry.base}", outside / 3600, *_share_row(figures["fit"])])
    body.sort(key=lambda values: -float(values[4]))
    headings = ["Nr.", "Intervention", "Art", "Mindest-QN", "Stunden außerhalb", *_share_headings()]
    formats = [styles(), styles(bold=True), styles(), styles(), styles(num_format=_HOURS), *_share_formats(styles)]
    end = table(sheet, row, headings, body, formats, styles)
    sheet.autofilter(row, 0, max(end - 1, row), len(headings) - 1)
    sheet.freeze_panes(row + 1, 2)


def _method(file: Workbook, styles: Styles, result: Mapping[str, Any], book: RuleBook) -> None:
    """Write the basis of the figures, so that others can check them."""
    sheet = file.add_worksheet("Methode")
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, _LINE)
    row = _head(sheet, styles, "Worauf die Zahlen beruhen", result, None, 1)
    excluded = result["input"]["excluded"]
    facts: list[tuple[str, str]] = [
        ("Regelwerk", f"{book.display} (Prüfsumme {book.sha256})"),
        ("", book.description),
        ("Eingelesene Zeilen", f"{result['input']['rows']}, davon gezählt {result['input']['counted']}"),
        ("Nicht gezählt: nicht durchgeführt", str(excluded["nicht_durchgefuehrt"])),
        ("Nicht gezählt: außerhalb des Zeitraums", str(excluded["ausserhalb_zeitraum"])),
        ("Nicht gezählt: fehlerhaft", f"{excluded['fehlerhaft']} (siehe findings.xlsx)"),
        ("Bewohner:innen in den Stammdaten", str(result["input"]["residents"])),
        ("Mitarbeitende in den Stammdaten", str(result["input"]["staff"])),
    ]
    facts += [
        (f"Abdeckung: {COVERAGE_WORDS[name]}", f"{share:.1%} der gezählten Zeilen".replace(".", ","))
        for name, share in result["coverage"].items()
    ]
    facts += [
        (
            "QN-Soll",
            (
                "Höchstes Niveau aller Regeln, die für Bewohner:in, Tag und Intervention zutreffen. Fehlen Angaben, "
                "ohne die das Niveau nicht feststeht, ist die Intervention nicht bewertbar."
            ),
        ),
        (
            "QN-Ist",
            (
                "Niveau der Person, das am Tag der Intervention galt; QN 5 bis 8 zählen als QN 4, zusätzliche "
                "Betreuungskräfte (§ 43b SGB XI) nach dem Regelwerk."
            ),
        ),
        (
            "Passend",
            "QN-Ist gleich QN-Soll, oder darunter mit einem Zertifikat, das das Regelwerk dafür anerkennt.",
        ),
        ("Vorbehaltsaufgabe verletzt", "Nach § 4 PflBG vorbehaltene Aufgabe, ausgeführt von einer Person unter QN 4."),
        ("Überqualifiziert", "Zulässig, aber eine Reserve: Hier ließe sich Fachkraftzeit gewinnen."),
        (
            "Zeit",
            "Anteile sind Anteile der Minuten. Interventionen ohne Minuten zählen nur in der Anzahl.",
        ),
    ]
    for label, text in facts:
        # Not every program fits the height of a row to wrapped text automatically.
        sheet.set_row(row, 15.5 * (1 + len(text) // _LINE))
        sheet.write_string(row, 0, label, styles(bold=True))
        sheet.write_string(row, 1, text, styles(text_wrap=True))
        row += 1
