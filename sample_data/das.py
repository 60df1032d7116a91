"""A synthetic home as an export for the DAS (specification V03.0), with everything else of it as CSV files beside it.

The export holds who lives there on its target date and the latest assessment of each until then. The CSV files hold
what it does not: names, earlier assessments, modules 3 and 5, staff, work. Together they are the home of the workbook,
with numbers of six digits and wards as codes, as the specification wants them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import quoteattr

import pandas as pd

from rules import vocabulary
from sample_data import delimited
from sample_data.home import SYNTHETIC
from sample_data.sheets import BEGUTACHTUNGEN, BEWOHNER, INSTABILITAET

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from datetime import date
    from pathlib import Path

    from sample_data.home import SampleHome

_DAYS_TO_COUNT: Final = 14
"""Who moved in later than this before the target date is left out of the survey."""
_MOVED_IN_LATELY, _DYING = "1", "3"
_OPENS: Final = vocabulary.CONTINENCE[vocabulary.CONTINENCE_OPENS_FROM :]
_CODES: Final = {
    "Harnkontinenz": {name: str(code) for code, name in enumerate(vocabulary.CONTINENCE[:5])},
    "Stuhlkontinenz": {name: str(code) for code, name in enumerate((*vocabulary.CONTINENCE[:4], "Stoma"))},
}

_BEFORE: Final = {
    "APOPLEX": "0",
    "APOPLEXDATUM": "",
    "FRAKTUR": "0",
    "FRAKTURDATUM": "",
    "HERZINFARKT": "0",
    "HERZINFARKTDATUM": "",
    "AMPUTATION": "0",
    "AMPUTATIONDATUM": "",
    "KHBEHANDLUNG": "0",
    "KHBEGINNDATUM": "",
    "KHENDEDATUM": "",
    "BEWUSSTSEINSZUSTAND": "1",
    "DIAGNOSEN": "0",
}
_AFTER: Final = {
    "DEKUBITUS": "0",
    "DEKUBITUSSTADIUM": "",
    "DEKUBITUS1BEGINNDATUM": "",
    "DEKUBITUS1ENDEDATUM": "",
    "DEKUBITUS1LOK": "",
    "DEKUBITUS2BEGINNDATUM": "",
    "DEKUBITUS2ENDEDATUM": "",
    "DEKUBITUS2LOK": "",
    "KOERPERGEWICHT": "",
    "KOERPERGEWICHTDATUM": "",
    "KOERPERGEWICHTDOKU": "5",
    "STURZ": "0",
    "STURZFOLGEN": "",
    "GURT": "0",
    "SEITENTEILE": "0",
    "SCHMERZEN": "0",
    "SCHMERZFREI": "",
    "SCHMERZEINSCH": "",
    "SCHMERZEINSCHDATUM": "",
    "SCHMERZEINSCHINFO": "",
    "NEUEINZUG": "0",
    "EINZUGNACHKZP": "",
    "EINZUGNACHKZPDATUM": "",
    "EINZUGKHBEHANDLUNG": "",
    "EINZUGKHBEGINNDATUM": "",
    "EINZUGKHENDEDATUM": "",
    "EINZUGGESPR": "",
    "EINZUGGESPRDATUM": "",
    "EINZUGGESPRTEILNEHMER": "",
    "EINZUGGESPRDOKU": "",
}
"""Fields before and after the items, in the order of the schema: nothing has happened."""

_ITEMS: Final = {
    "MOBILPOSWECHSEL": "1.1",
    "MOBILSITZPOSITION": "1.2",
    "MOBILUMSETZEN": "1.3",
    "MOBILFORTBEWEGUNG": "1.4",
    "MOBILTREPPENSTEIGEN": "1.5",
    "KKFERKENNEN": "2.1",
    "KKFORIENTOERTLICH": "2.2",
    "KKFORIENTZEITLICH": "2.3",
    "KKFERINNERN": "2.4",
    "KKFHANDLUNGEN": "2.5",
    "KKFENTSCHEIDUNGEN": "2.6",
    "KKFVERSTEHENINFO": "2.7",
    "KKFGEFAHRERKENNEN": "2.8",
    "KKFMITTEILEN": "2.9",
    "KKFVERSTEHENAUF": "2.10",
    "KKFBETEILIGUNG": "2.11",
    "SVERNAEHRUNG": "",
    "SVFREMDHILFE": "",
    "SVERNAEHRUNGUMFANG": "",
    "SVHARNKONTINENZ": "Harnkontinenz",
    "SVSTUHLKONTINENZ": "Stuhlkontinenz",
    "SVOBERKOERPER": "4.1",
    "SVKOPF": "4.2",
    "SVINTIMBEREICH": "4.3",
    "SVDUSCHENBADEN": "4.4",
    "SVANAUSOBERKOERPER": "4.5",
    "SVANAUSUNTERKOERPER": "4.6",
    "SVNAHRUNGZUBEREITEN": "4.7",
    "SVESSEN": "4.8",
    "SVTRINKEN": "4.9",
    "SVTOILETTE": "4.10",
    "SVHARNKONTINENZBEW": "4.11",
    "SVSTUHLKONTINENZBEW": "4.12",
    "GATAGESABLAUF": "6.1",
    "GARUHENSCHLAFEN": "6.2",
    "GABESCHAEFTIGEN": "6.3",
    "GAPLANUNGEN": "6.4",
    "GAINTERAKTION": "6.5",
    "GAKONTAKTPFLEGE": "6.6",
}
"""Items in the order of the schema; the points are those of the instrument."""
_EXPORTED: Final = [*(cell for cell in _ITEMS.values() if cell), "4.13"]


def write(path: Path, home: SampleHome) -> None:
    """Write the export to ``path`` and the sheets that complete it into the folder of the same name without ending."""
    home = _renamed(home)
    target = home.first + 2 * (home.last - home.first) // 3  # some resident has just moved in then, or is dying
    people = home.sheets[BEWOHNER].to_dict("records")
    assessments = home.sheets[BEGUTACHTUNGEN].to_dict("records")
    latest = _latest(assessments, {person["Bewohner-Nr"]: person["Einzug"] for person in people}, target)
    dying = _dying(home.sheets[INSTABILITAET].to_dict("records"), target)
    records, exported = [], []
    for person in people:
        number, moved_in, moved_out = person["Bewohner-Nr"], person["Einzug"], person["Auszug"]
        if moved_in > target or (moved_out and moved_out < target):
            continue
        reason = _DYING if number in dying else ""
        if moved_in > target - timedelta(days=_DAYS_TO_COUNT):
            reason = _MOVED_IN_LATELY
        if reason:
            records.append(_record(person, target, {"AUSSCHLUSSGRUND": reason}))
        else:
            assessment = assessments[latest[number]]
            fields = {"PFLEGEGRAD": "1", **_BEFORE, **_items(assessment), **_AFTER}
            records.append(_record(person, assessment["Datum"] or moved_in, fields))
            exported.append(latest[number])
    path.write_text(
        "\n".join([*_head(home.name, target, len(records)), *records, *_tail()]) + "\n", "utf-8", newline="\n"
    )
    rest = home.sheets[BEGUTACHTUNGEN].copy()
    rest.loc[exported, ["Datum", *_EXPORTED]] = None
    delimited.write(path.with_suffix(""), replace(home, sheets=home.sheets | {BEGUTACHTUNGEN: rest}))


def _renamed(home: SampleHome) -> SampleHome:
    """Return the home with numbers of six digits and wards as codes."""
    wards = {name: f"WB_{code}" for code, name in enumerate(sorted(home.sheets[BEWOHNER]["Wohnbereich"].unique()), 1)}
    renamed: dict[str, Callable[[Any], Any]] = {
        "Bewohner-Nr": lambda cell: cell and cell.zfill(6),
        "Wohnbereich": lambda cell: wards.get(cell, cell),
    }
    sheets = {}
    for name, frame in home.sheets.items():
        changed = {
            heading: pd.Series([rename(cell) for cell in frame[heading]], frame.index, dtype="object")
            for heading, rename in renamed.items()
            if heading in frame
        }
        sheets[name] = frame.assign(**changed)
    return replace(home, sheets=sheets)


def _latest(assessments: list[dict[Hashable, Any]], moved_in: dict[str, date], until: date) -> dict[str, int]:
    """Return the row of the latest assessment of each resident; without a day it is as old as the stay."""
    latest: dict[str, tuple[date, int]] = {}
    for row, assessment in enumerate(assessments):
        number = assessment["Bewohner-Nr"]
        order = (assessment["Datum"] or moved_in[number], row)
        if order[0] <= until:
            latest[number] = max(latest.get(number, order), order)
    return {number: row for number, (_, row) in latest.items()}


def _dying(instability: list[dict[Hashable, Any]], on: date) -> set[str]:
    return {
        entry["Bewohner-Nr"]
        for entry in instability
        if "sterbephase" in entry["Kriterium"].casefold()
        and entry["Von"] <= on
        and (entry["Bis"] is None or on <= entry["Bis"])
    }


def _record(person: dict[Hashable, Any], assessed: date, fields: dict[str, str]) -> str:
    number = person["Bewohner-Nr"]
    all_fields = {
        "IDBEWOHNER": number,
        "WOHNBEREICH": person["Wohnbereich"],
        "ERHEBUNGSDATUM": f"{assessed:%Y-%m-%d}",
        "EINZUGSDATUM": f"{person['Einzug']:%Y-%m-%d}",
        "GEBURTSMONAT": str(int(number) % 12 + 1),
        "GEBURTSJAHR": str(1930 + int(number) % 20),
        **fields,
    }
    kind = "qs_data_mds" if "AUSSCHLUSSGRUND" in fields else "qs_data"
    lines = [
        f"            <{name} value={quoteattr(value)}/>" if value else f"            <{name}/>"
        for name, value in all_fields.items()
    ]
    return "\n".join(
        ["        <resident>", f"          <{kind}>", *lines, f"          </{kind}>", "        </resident>"]
    )


def _items(assessment: dict[Hashable, Any]) -> dict[str, str]:
    def value(cell: Any) -> str:
        return "" if cell is None else str(cell)

    items = {name: value(assessment[cell]) for name, cell in _ITEMS.items() if cell and cell not in _CODES}
    for name, gate, cell in (
        ("SVHARNKONTINENZ", "SVHARNKONTINENZBEW", "Harnkontinenz"),
        ("SVSTUHLKONTINENZ", "SVSTUHLKONTINENZBEW", "Stuhlkontinenz"),
    ):
        items[name] = _CODES[cell][assessment[cell]]
        if assessment[cell] not in _OPENS:
            items[gate] = ""
    tube = assessment["4.13"]
    items |= {
        "SVERNAEHRUNG": "1" if tube else "0",
        "SVFREMDHILFE": "1" if tube else "",
        "SVERNAEHRUNGUMFANG": value(tube) if tube else "",
    }
    return {name: items[name] for name in _ITEMS}


def _head(name: str, target: date, count: int) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<!-- {SYNTHETIC} -->"
    yield '<root xmlns="https://www.das-pflege.de">'
    yield "  <header>"
    yield "    <document>"
    yield f'      <guid value="{uuid5(NAMESPACE_URL, f"{name} {target}")}"/>'
    yield f'      <creation_date value="{target + timedelta(days=1):%Y-%m-%d}T09:00:00Z"/>'
    yield '      <specification value="V03"/>'
    yield "    </document>"
    yield "    <care_provider>"
    yield '      <registration value="100001"/>'
    yield f'      <target_date value="{target:%Y-%m-%d}"/>'
    yield "    </care_provider>"
    yield "    <software>"
    yield '      <provider value="PeBeM-Analyse"/>'
    yield '      <name value="Synthetische Beispieldaten"/>'
    yield "    </software>"
    yield "  </header>"
    yield "  <body>"
    yield "    <data_container>"
    yield "      <facility>"
    yield "        <qs_data>"
    yield f'          <BELEGUNGSKAPAZITAET value="{count}"/>'
    yield f'          <BELEGUNGAMSTICHTAG value="{count}"/>'
    yield "        </qs_data>"
    yield "      </facility>"
    yield "      <residents>"


def _tail() -> Iterator[str]:
    for tag, depth in (("residents", 3), ("data_container", 2), ("body", 1), ("root", 0)):
        yield f"{'  ' * depth}</{tag}>"
