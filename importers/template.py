"""The empty workbook a home starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from importers.sheets.template_columns import INSTRUCTIONS, SHEETS, SPECIAL, STOOL, URINE
from pebem.contracts import STATUSES
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE, COUNTED_ITEMS, allowed_points

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from rules.model import RuleBook

LAST_ROW: Final = 1_048_575

_TEXT: Final = ("Bewohner-Nr", "Personal-Nr", "Intervention", "Kürzel")
_DAYS: Final = ("Einzug", "Auszug", "Pflegegrad seit", "Seit", "Datum", "Von", "Bis", "Gültig ab", "Gültig bis")
_CHOICES: Final = {
    "Status": STATUSES,
    "Minuten-Quelle": ("gemessen", "geplant", "Norm"),
    URINE: CONTINENCE,
    STOOL: CONTINENCE,
    SPECIAL: ("ja", "nein"),
    "Pflegegrad": ("kein", "1", "2", "3", "4", "5"),
    "Bedeutung": ("Dienst", "frei", "krank", "Urlaub"),
}
_ORDER: Final = {
    "Begutachtungen": ("Bewohner-Nr", "Datum", *ASSESSMENT_CELLS, URINE, STOOL, SPECIAL),
    "Mitarbeitende": (
        "Personal-Nr",
        "Name",
        "Vorname",
        "QN",
        "Rolle",
        "Zertifikate",
        "Gültig ab",
        "Gültig bis",
        "Wochenstunden",
    ),
    "Interventionen": (
        "Bewohner-Nr",
        "Personal-Nr",
        "Intervention",
        "Datum",
        "Uhrzeit",
        "Minuten",
        "Minuten-Quelle",
        "Schicht",
        "Wohnbereich",
        "Status",
    ),
    "Dienste": ("Personal-Nr", "Wohnbereich", "Beginn", "Ende"),
}
_GUIDE: Final = (
    ("So füllen Sie die Arbeitsmappe aus", ""),
    (
        "Bewohner",
        (
            "Eine Zeile je Person. Die Bewohner-Nr verbindet alle Blätter. Der Pflegegrad ist der zuerkannte: der im "
            "Bescheid der Pflegekasse. Er zählt in § 113c; fehlt er, tritt der aus der Begutachtung errechnete an "
            "seine Stelle. Ohne „Pflegegrad seit“ gilt er von Anfang an."
        ),
    ),
    (
        "Pflegegrade",
        (
            "Freiwillig: frühere und jetzige Pflegegrade, eine Zeile je Person und Tag, seit dem einer gilt. Wo nur "
            "der jetzige bekannt ist, genügt das Blatt „Bewohner“."
        ),
    ),
    (
        "Begutachtungen",
        (
            "Eine Zeile je Begutachtung: Einzelpunkte der Merkmale 1.1 bis 6.6. In Modul 5 tragen Sie ein, wie oft "
            "eine Maßnahme täglich, wöchentlich oder monatlich anfällt. Eine leere Zelle heißt unbekannt, nicht 0. "
            "Ohne Datum gilt die Begutachtung seit dem Einzug."
        ),
    ),
    (
        "Instabilität",
        (
            "Zeiträume, in denen ein Kriterium der instabilen gesundheitlichen Situation galt. „Bis“ zählt mit; "
            "ein leeres „Bis“ heißt: gilt weiter."
        ),
    ),
    (
        "Mitarbeitende",
        (
            "Eine Zeile je Person und Zeitraum. Ändert sich das Qualifikationsniveau (QN 1 bis 8), ergänzen Sie eine "
            "Zeile mit neuem „Gültig ab“. Zertifikate trennen Sie durch Semikolon."
        ),
    ),
    (
        "Interventionen",
        (
            "Eine Zeile je durchgeführter Intervention, mit Nummer oder Bezeichnung aus dem Katalog unten. Die Spalte "
            "ist als Text formatiert, damit 4.10 nicht zu 4.1 wird: Fügen Sie nur Werte ein. Es zählen Zeilen mit "
            "dem Status durchgeführt oder ohne Status."
        ),
    ),
    (
        "Dienste",
        (
            "Freiwillig: Beginn und Ende der Dienste mit Datum und Uhrzeit. Statt dieses Blattes können Sie Ihren "
            "Dienstplan einfügen: Blätter mit einer Zeile je Person und einer Spalte je Tag, die „Dienstplan“ oder wie "
            "der Monat heißen, zum Beispiel „März 2026“."
        ),
    ),
    (
        "Dienstzeiten",
        (
            "Freiwillig: was die Kürzel Ihres Dienstplans bedeuten. Geht ein Dienst über Mitternacht, liegt das Ende "
            "vor dem Beginn. Ein geteilter Dienst hat eine Zeile je Teil. Die Pause in Minuten wird nicht abgezogen. "
            "Kürzel ohne Dienst erhalten als Bedeutung frei, krank oder Urlaub."
        ),
    ),
    ("Pflichtspalten", "Ihre Überschriften sind dunkel hinterlegt. Die Reihenfolge der Spalten ist frei."),
)


def write(target: Path | str | BinaryIO, book: RuleBook | None = None) -> None:
    """Write the empty workbook to a path or an open binary file.

    Parameters
    ----------
    book
        Its catalogue and criteria stand on the first sheet; None: the built-in rulebook of today.
    """
    from importers.files.safe_workbook import SafeWorkbook  # noqa: PLC0415 - not needed to read files

    if book is None:
        from datetime import UTC, datetime  # noqa: PLC0415

        import rules  # noqa: PLC0415

        book = rules.load(datetime.now(UTC).date())
    with SafeWorkbook(target) as workbook:
        styles = {
            "required": workbook.add_format({"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"}),
            "optional": workbook.add_format({"bold": True, "bg_color": "#DCE6F1"}),
            "title": workbook.add_format({"bold": True, "font_size": 14}),
            "bold": workbook.add_format({"bold": True, "valign": "top"}),
            "wrap": workbook.add_format({"text_wrap": True, "valign": "top"}),
            "text": workbook.add_format({"num_format": "@"}),
            "day": workbook.add_format({"num_format": "dd.mm.yyyy"}),
            "clock": workbook.add_format({"num_format": "hh:mm"}),
            "moment": workbook.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
        }
        titles = _instructions(workbook.add_worksheet(INSTRUCTIONS), styles, book)
        for sheet in SHEETS:
            _sheet(workbook.add_worksheet(sheet), styles, sheet, titles)


def _instructions(page: Any, styles: dict[str, Any], book: RuleBook) -> str:
    """Write guide, criteria and catalogue; return the range of the titles."""
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 110)
    page.hide_gridlines(2)
    row = 0
    for name, sentence in _GUIDE:
        page.write_string(row, 0, name, styles["bold" if sentence else "title"])
        page.write_string(row, 1, sentence, styles["wrap"])
        row += 1
    row += 1
    page.write_string(row, 0, "Kriterien der Instabilität", styles["title"])
    for criterion in book.criteria:
        row += 1
        page.write_string(row, 0, criterion.id)
        page.write_string(row, 1, criterion.label)
    row += 2
    page.write_string(row, 0, f"Katalog der Interventionen: {book.display}", styles["title"])
    first = row + 1
    for entry in book.interventions:
        row += 1
        page.write_string(row, 0, entry.id, styles["text"])
        page.write_string(row, 1, entry.title)
    return f"='{INSTRUCTIONS}'!$B${first + 1}:$B${row + 1}"


def _sheet(page: Any, styles: dict[str, Any], sheet: str, titles: str) -> None:
    layout = SHEETS[sheet]
    page.freeze_panes(1, 1)
    for position, column in enumerate(_ORDER.get(sheet, layout.columns)):
        page.set_column(position, position, max(11, len(column) + 2), _style(styles, sheet, column))
        page.write_string(0, position, column, styles["required" if column in layout.required else "optional"])
        if choice := _choice(column):
            page.data_validation(
                1,
                position,
                LAST_ROW,
                position,
                {
                    "validate": "list",
                    "source": choice,
                    "error_title": "Unbekannter Wert",
                    "error_message": "Bitte wählen Sie einen Wert aus der Liste.",
                },
            )
        elif column == "Intervention":
            # A number such as 4.10 may be typed as well, so the list offers and does not refuse.
            page.data_validation(
                1, position, LAST_ROW, position, {"validate": "list", "source": titles, "show_error": False}
            )


def _style(styles: dict[str, Any], sheet: str, column: str) -> Any:
    if column in _TEXT:
        return styles["text"]
    if column in _DAYS:
        return styles["day"]
    if column in {"Beginn", "Ende"}:
        return styles["clock" if sheet == "Dienstzeiten" else "moment"]
    return styles["clock"] if column == "Uhrzeit" else None


def _choice(column: str) -> list[str] | None:
    if column in _CHOICES:
        return list(_CHOICES[column])
    if column == "QN":
        return [str(level) for level in range(1, 9)]
    if column in ASSESSMENT_CELLS and column.partition(" ")[0] not in COUNTED_ITEMS:
        return [str(points) for points in allowed_points(column)]
    return None
