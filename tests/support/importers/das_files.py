"""Builds DAS files of invented residents."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import quoteattr

NAMESPACE: Final = "https://www.das-pflege.de"
DAY: Final = "2026-03-20"

PERSON: Final = {
    "IDBEWOHNER": "000042",
    "WOHNBEREICH": "WB_1",
    "ERHEBUNGSDATUM": DAY,
    "EINZUGSDATUM": "2025-01-15",
    "GEBURTSMONAT": "7",
    "GEBURTSJAHR": "1937",
}
ITEMS: Final = {
    "MOBILPOSWECHSEL": "0",
    "MOBILSITZPOSITION": "1",
    "MOBILUMSETZEN": "2",
    "MOBILFORTBEWEGUNG": "3",
    "MOBILTREPPENSTEIGEN": "3",
    "KKFERKENNEN": "0",
    "KKFORIENTOERTLICH": "1",
    "KKFORIENTZEITLICH": "2",
    "KKFERINNERN": "3",
    "KKFHANDLUNGEN": "2",
    "KKFENTSCHEIDUNGEN": "1",
    "KKFVERSTEHENINFO": "0",
    "KKFGEFAHRERKENNEN": "1",
    "KKFMITTEILEN": "2",
    "KKFVERSTEHENAUF": "3",
    "KKFBETEILIGUNG": "2",
    "SVERNAEHRUNG": "1",
    "SVFREMDHILFE": "1",
    "SVERNAEHRUNGUMFANG": "6",
    "SVHARNKONTINENZ": "4",
    "SVSTUHLKONTINENZ": "4",
    "SVOBERKOERPER": "0",
    "SVKOPF": "1",
    "SVINTIMBEREICH": "2",
    "SVDUSCHENBADEN": "3",
    "SVANAUSOBERKOERPER": "2",
    "SVANAUSUNTERKOERPER": "1",
    "SVNAHRUNGZUBEREITEN": "0",
    "SVESSEN": "9",
    "SVTRINKEN": "4",
    "SVTOILETTE": "2",
    "SVHARNKONTINENZBEW": "3",
    "SVSTUHLKONTINENZBEW": "1",
    "GATAGESABLAUF": "0",
    "GARUHENSCHLAFEN": "1",
    "GABESCHAEFTIGEN": "2",
    "GAPLANUNGEN": "3",
    "GAINTERAKTION": "2",
    "GAKONTAKTPFLEGE": "1",
}
CELLS: Final = (
    [f"1.{i}" for i in range(1, 6)]
    + [f"2.{i}" for i in range(1, 12)]
    + ["4.13", "Harnkontinenz", "Stuhlkontinenz"]
    + [f"4.{i}" for i in range(1, 13)]
    + [f"6.{i}" for i in range(1, 7)]
)
"""Where the items go, in their order, without SVERNAEHRUNG and SVFREMDHILFE."""
OTHERS: Final = {"BEWUSSTSEINSZUSTAND": "2", "DIAGNOSEN": "1", "STURZ": "1", "KOERPERGEWICHT": "61.5"}


def resident(**changes: str | None) -> str:
    """Return a full record; None leaves a field out, "" leaves it empty."""
    return _record("qs_data", PERSON | {"PFLEGEGRAD": "1"} | OTHERS | ITEMS | changes)


def excluded(**changes: str | None) -> str:
    """Return the short record of a person left out of the survey."""
    return _record("qs_data_mds", PERSON | {"AUSSCHLUSSGRUND": "3"} | changes)


def _record(kind: str, fields: dict[str, str | None]) -> str:
    lines = [
        f"<{name} value={quoteattr(value)}/>" if value else f"<{name}/>"
        for name, value in fields.items()
        if value is not None
    ]
    return f"<resident><{kind}>\n" + "\n".join(lines) + f"\n</{kind}></resident>"


def text(*residents: str, version: str | None = "V03", target: str = "2026-03-15", home: str = "100001") -> str:
    """Return a DAS file."""
    specification = f'<specification value="{version}"/>' if version else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<root xmlns="{NAMESPACE}"><header><document><guid value="0"/>{specification}</document>'
        f'<care_provider><registration value="{home}"/><target_date value="{target}"/></care_provider>'
        '<software><provider value="Müller &amp; Söhne"/><name value="Pflege"/></software></header>'
        '<body><data_container><facility><qs_data><BELEGUNGSKAPAZITAET value="2"/></qs_data></facility><residents>'
        + "".join(residents)
        + "</residents></data_container></body></root>\n"
    )


def export(
    *residents: str, version: str | None = "V03", target: str = "2026-03-15", home: str = "100001"
) -> tuple[str, bytes]:
    """Return name and bytes of a DAS file."""
    return "das.xml", text(*residents, version=version, target=target, home=home).encode()
