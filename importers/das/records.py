"""The residents of a DAS file as records of the fields we read; all other fields are never stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from importers.das.fields import DasSpecification, specification
from importers.files import safe_xml
from importers.findings import UnreadableError
from importers.values.spelling import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importers.files.safe_xml import Tag

_FULL, _EXCLUDED = "qs_data", "qs_data_mds"
_RESIDENT: Final = ("root", "body", "data_container", "residents", "resident")
_HEADER: Final[dict[tuple[str, ...], str]] = {
    ("root", "header", "document", "specification"): "version",
    ("root", "header", "care_provider", "registration"): "home",
    ("root", "header", "care_provider", "target_date"): "target",
}
_FOREIGN: Final = {
    "urn:schemas-microsoft-com:office:spreadsheet": "eine Tabelle im Format „XML-Kalkulationstabelle 2003“",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "ein einzelnes OpenDocument-XML",
    "http://www.w3.org/1999/xhtml": "eine Internetseite",
    "http://www.w3.org/2000/svg": "eine Grafik (SVG)",
    "http://www.w3.org/2001/XMLSchema": "eine Schemadatei (XSD)",
    "http://hl7.org/fhir": "eine FHIR-Datei",
}
_MOST_UNKNOWN: Final = 20
_LONGEST: Final = 255
"""Letters of a value that are read; the schema allows no more anywhere outside the comment."""


@dataclass(slots=True)
class DasResident:
    """One resident of the file.

    Attributes
    ----------
    number
        Counted from 1, in the order of the file.
    excluded
        True for the short record (``qs_data_mds``).
    values
        Field -> value, without blanks around it; fields without a value are absent.
    twice
        Fields that occur several times with different values; they are not among ``values``.
    """

    number: int
    excluded: bool
    values: dict[str, str] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)


@dataclass(slots=True)
class DasExport:
    """A DAS file: version, home and target date as they stand ("" = not given), residents, and unknown elements."""

    version: str = ""
    home: str = ""
    target: str = ""
    residents: list[DasResident] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)


def read(name: str, data: bytes) -> DasExport:
    """Read a DAS file.

    Raises
    ------
    UnreadableError
        If it is no safe XML, none of the DAS, or has no residents.
    """
    reader = _Reader(name, specification())
    safe_xml.walk(name, data, reader.start, reader.end)
    if not reader.export.residents:
        what = "eine Kommentierung" if "commentation_container" in reader.export.unknown else "keine Bewohnerdaten"
        raise UnreadableError(
            f"Die DAS-Datei „{name}“ enthält {what}. Bitte exportieren Sie die Ergebniserfassung der Bewohner:innen."
        )
    return reader.export


class _Reader:
    def __init__(self, name: str, spec: DasSpecification) -> None:
        self._name, self._spec, self._taken = name, spec, spec.taken
        self._path: list[str] = []
        self._resident: DasResident | None = None
        self.export = DasExport()

    def start(self, tag: Tag, attributes: Mapping[str, str]) -> None:
        namespace, local = tag
        if not self._path and tag != (self._spec.namespace, "root"):
            raise UnreadableError(_not_ours(self._name, namespace, local))
        # An element of another namespace is no field, whatever its name; nor is anything below it.
        known = namespace == self._spec.namespace
        self._path.append(local if known else f"{{{namespace}}}{local}")
        value = clean(attributes.get("value", ""))[:_LONGEST]
        depth = len(self._path)
        if (
            depth == len(_RESIDENT) + 1
            and tuple(self._path[:-1]) == _RESIDENT
            and local in {_FULL, _EXCLUDED}
            and known
        ):
            self._resident = DasResident(len(self.export.residents) + 1, local == _EXCLUDED)
            self.export.residents.append(self._resident)
        elif depth == len(_RESIDENT) + 2 and self._resident is not None and known and local in self._taken:
            _keep(self._resident, local, value)
        elif known and (part := _HEADER.get(tuple(self._path))):
            setattr(self.export, part, value)
        elif not known or (local not in self._spec.unread):
            self._note_unknown(local)

    def end(self) -> None:
        if len(self._path) == len(_RESIDENT) + 1:
            self._resident = None
        self._path.pop()

    def _note_unknown(self, local: str) -> None:
        seen = self.export.unknown
        if local in seen or len(seen) < _MOST_UNKNOWN:
            seen[local[:_LONGEST]] = seen.get(local[:_LONGEST], 0) + 1


def _keep(resident: DasResident, field_name: str, value: str) -> None:
    if field_name in resident.twice or not value:
        return
    if resident.values.setdefault(field_name, value) != value:
        del resident.values[field_name]
        resident.twice.append(field_name)


def _not_ours(name: str, namespace: str, local: str) -> str:
    what = _FOREIGN.get(namespace, "")
    if not what:
        where = f"im Namensraum „{namespace[:80]}“" if namespace else "ohne Namensraum"
        what = f"eine XML-Datei mit dem obersten Element „{local[:40]}“ {where}"
    return (
        f"Die Datei „{name}“ ist {what}, keine Ergebniserfassung für die DAS. "
        "Bitte wählen Sie den DAS-QS-Export der Pflegesoftware; Tabellen speichern Sie als Excel-Arbeitsmappe (.xlsx)."
    )
