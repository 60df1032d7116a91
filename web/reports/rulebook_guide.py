"""The first sheet of a rulebook workbook: how to change it, the language of conditions, what each column means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from importers.rulebooks.columns import INSTRUCTIONS, SHEETS
from rules.checks.coverage import CERTAINTY
from web.reports.sheets import INK_2, Styles, landscape, row_height
from web.wording.figures import KIND_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from importers.rulebooks.columns import Column

_WIDTHS: Final = (38, 100)

_HOW: Final = (
    (
        "Ändern",
        (
            "Bearbeiten Sie die Blätter Regelwerk, Interventionen, Regeln, Instabilität und Quellen. Zeilen dürfen Sie "
            "ergänzen und löschen; die Reihenfolge der Zeilen und Spalten ist frei. Dunkel hinterlegte Überschriften "
            "kennzeichnen Spalten, die jede Zeile braucht."
        ),
    ),
    (
        "Eigener Name",
        (
            "Ein geändertes Regelwerk ist ein anderes als das, aus dem es entstand. Setzen Sie im Blatt Regelwerk den "
            "Status auf „hausregel“ (bei Tabellen der Studie: „amtlich“) und geben Sie id, Ausgabe und Titel neu ein."
        ),
    ),
    (
        "Nummern",
        (
            "Nummern wie 4.10 sind Texte. Die Spalten sind als Text formatiert; fügen Sie aus anderen Tabellen nur "
            "Werte ein. Hat Excel aus 4.10 die Zahl 4,1 gemacht, weist das Einlesen die Zeile zurück, statt zu raten."
        ),
    ),
    (
        "Geltung",
        (
            "Soll eine Regel enden, tragen Sie „Gültig bis“ ein. Soll sie ab einem Tag anders lauten, ergänzen Sie "
            "eine zweite Zeile mit derselben id und lassen „Gültig ab“ am Tag danach beginnen."
        ),
    ),
    (
        "Beleg",
        (
            "Jeder Eintrag nennt entweder Quelle und Stelle oder in „Eigene Setzung“ ein „ja“, dazu die Sicherheit in "
            "Prozent, den Grund und den Tag der letzten Prüfung. Ohne Beleg wird kein Eintrag übernommen."
        ),
    ),
    (
        "Einlesen",
        (
            "pebem rules import DATEI.xlsx liest die Arbeitsmappe und prüft jede Zeile. Bei Fehlern wird nichts "
            "übernommen; Sie erhalten eine Liste mit Blatt, Zeile, Spalte, Wert und dem, was zu tun ist. Sonst "
            "entsteht ein Ordner mit dem Regelwerk, den jeder Befehl mit --rulebook annimmt."
        ),
    ),
)
_LANGUAGE: Final = (
    ("immer", "Die Regel trifft stets zu."),
    ("vorbehaltsaufgabe", "Die Intervention ist nach § 4 PflBG Pflegefachpersonen vorbehalten."),
    ("instabil", "Mindestens ein Kriterium aus dem Blatt „Instabilität“ ist in Kraft."),
    (
        "grad(2.10) >= 2",
        (
            "Der Grad der Selbständigkeit im Kriterium 2.10 ist mindestens 2. Grade reichen von 0 (selbständig) bis 3 "
            "(unselbständig)."
        ),
    ),
    (
        "grad(intervention) >= 3",
        "Der größte Grad unter den BI-Kriterien, die bei der Intervention stehen, ist mindestens 3.",
    ),
    (
        "häufigkeit(3.3, 3.5, 3.8) >= 2",
        (
            "Das häufigste dieser Verhalten tritt mindestens häufig auf. 0 nie oder sehr selten, 1 selten, 2 häufig, "
            "3 täglich."
        ),
    ),
    ("punktbereich(4) >= 3", "Modul 4 liegt mindestens im Punktbereich 3. Punktbereiche reichen von 0 bis 4."),
    ("pflegegrad >= 4", "Der Pflegegrad ist mindestens 4; 0 heißt: kein Pflegegrad."),
    (
        "instabil(sturz, wunde)",
        "Mindestens eines dieser Kriterien ist in Kraft; die Namen stehen im Blatt „Instabilität“.",
    ),
    ("zertifikat(LG2)", "Bei der Intervention steht dieses Zertifikat."),
    ("grad(2.8) >= 2 oder grad(2.10) >= 2", "Mindestens eines von beiden trifft zu."),
    ("instabil und nicht grad(1.1) = 0", "Beides trifft zu; „nicht“ kehrt um, Klammern fassen zusammen."),
    ("mindestens 2 von (grad(2.8) >= 2, grad(2.10) >= 2, pflegegrad = 5)", "Zwei oder mehr davon treffen zu."),
)


def add(file: Workbook, styles: Styles, head: Mapping[str, Any], rests_on: str) -> None:
    """Add the sheet that explains how to change a rulebook, what each column means and how conditions are read.

    Parameters
    ----------
    rests_on
        In sums, what its entries rest on: the first line.
    """
    page = file.add_worksheet(INSTRUCTIONS)
    page.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    wrap, bold = styles(text_wrap=True), styles(bold=True)
    code = styles(num_format="@", font_name="Consolas", text_wrap=True)
    page.write_string(0, 0, rests_on, bold)
    page.write_string(1, 0, CERTAINTY, styles(font_color=INK_2))
    page.set_row(3, 26)
    page.write_string(3, 0, "So ändern Sie ein Regelwerk", styles.title)
    origin = f"Diese Arbeitsmappe enthält: {head['titel']}, Ausgabe {head['ausgabe']}, Status {head['status']}."
    page.write_string(4, 0, origin, styles(font_color=INK_2))
    row = _pairs(page, 6, _HOW, bold, wrap)
    row = _heading(page, styles, row, "Die Sprache der Bedingungen")
    row = _pairs(page, row, _LANGUAGE, code, wrap)
    together = (
        "Verbinden Sie mit und, oder, nicht und Klammern; vergleichen Sie mit >=, <=, >, < und =. „und“ bindet enger "
        "als „oder“. Ist ein Kriterium nicht erfasst, ist die Bedingung offen, und das Niveau hat zwei Grenzen."
    )
    row = _pairs(page, row, (("Zusammen", together),), bold, wrap)
    row = _heading(page, styles, row, "Arten von Interventionen")
    row = _pairs(page, row, tuple(KIND_WORDS.items()), code, wrap)
    for sheet in SHEETS:
        row = _heading(page, styles, row, f"Blatt {sheet.name}")
        page.write_string(row, 1, sheet.about, styles(font_color=INK_2, text_wrap=True))
        meanings = tuple((_name(column), column.meaning) for column in sheet.columns)
        row = _pairs(page, row + 1, meanings, bold, wrap)
    landscape(page)


def _name(column: Column) -> str:
    return column.heading + (" (nötig)" if column.required else "")


def _heading(page: Worksheet, styles: Styles, row: int, text: str) -> int:
    page.write_string(row + 1, 0, text, styles(bold=True, font_size=13))
    return row + 2


def _pairs(
    page: Worksheet, row: int, pairs: tuple[tuple[str, str], ...], name_format: Format, text_format: Format
) -> int:
    for name, text in pairs:
        page.set_row(row, row_height(((name, _WIDTHS[0]), (text, _WIDTHS[1]))))
        page.write_string(row, 0, name, name_format)
        page.write_string(row, 1, text, text_format)
        row += 1
    return row
