"""Everything of an operator as one archive: each table to be read by people and by programs, names, and files (H8)."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import zipfile
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from web.services import audit, clock, open_vault
from web.services.open_vault import VaultClosedError
from web.services.people import pseudonyms
from web.services.uploads import kept_files, records
from web.store import tenant_rows
from web.store.databases import snapshot
from web.store.models import Tenant, Upload
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Table

    from web.services.uploads.records import UploadTexts
    from web.settings import Settings
    from web.store.access import Access

EXPORTED: Final = "traeger.exportieren"
"""What the log calls it."""

_READ_ME: Final = """Vollständiger Export eines Trägers aus PeBeM-Analyse

daten/…/TABELLE.csv     jede Tabelle, zum Lesen (Semikolon, UTF-8); Gepacktes fehlt darin
daten/…/TABELLE.jsonl   dieselbe für Programme, eine Zeile je Eintrag; Gepacktes als Base64
personen.csv            wer hinter welchem Pseudonym steht
meldungen.json          Dateinamen und Meldungen der Datenlieferungen
dateien/…               Dateien, über die noch nicht entschieden ist
inhalt.json             Zeilen und SHA-256 jeder Datei

Die Datei enthält Namen und Gesundheitsdaten unverschlüsselt. Bitte nur verschlüsselt weitergeben.
"""


def export(access: Access, settings: Settings, target: Path) -> dict[str, int]:
    """Write the archive, readable for its owner alone, and log that; return the number of rows of each table."""
    with access.reading() as session:
        tenant = session.get_one(Tenant, access.tenant_id).name
        uploads = session.execute(select(Upload.id, Upload.home_id).where(Upload.home_id.in_(access.homes))).all()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    counts: dict[str, int] = {}
    with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        contents: dict[str, str] = {}

        def add(name: str, content: bytes) -> None:
            archive.writestr(name, content)
            contents[name] = sha256(content).hexdigest()

        add("LIESMICH.txt", _READ_ME.encode())
        for database in tenant_rows.METADATA:
            engine = access.databases.work if database == "work" else access.databases.vault
            with snapshot(engine) as connection:
                for table in tenant_rows.tables(database):
                    mine = tenant_rows.of_tenant(table, access.tenant_id, access.homes)
                    rows = [dict(row) for row in connection.execute(select(table).where(mine)).mappings()]
                    add(f"daten/{database}/{table.name}.jsonl", b"".join(_lines(rows)))
                    add(f"daten/{database}/{table.name}.csv", _readable(table, rows))
                    counts[f"{database}.{table.name}"] = len(rows)
        add("personen.csv", _people(access, settings))
        add("meldungen.json", _texts(access, settings, [one.id for one in uploads]))
        for upload_id, _ in uploads:
            names = _texts_of(access, settings, upload_id).file_names
            if kept_files.has_files(settings, upload_id, len(names)):
                for place, (_, content) in enumerate(kept_files.files(access, settings, upload_id, names)):
                    add(f"dateien/{upload_id}/{place}", content)
        summary = {"traeger": tenant, "stand": clock.now().isoformat(), "zeilen": counts, "sha256": contents}
        archive.writestr("inhalt.json", json.dumps(summary, ensure_ascii=False, indent=1))
    with access.writing.begin() as session:
        audit.record(session, access, EXPORTED, what=f"träger {access.tenant_id}")
    return counts


def _lines(rows: list[dict[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False).encode() + b"\n"


def _readable(table: Table, rows: list[dict[str, Any]]) -> bytes:
    names = [column.name for column in table.columns if column.type.python_type is not bytes]
    return _csv([names, *([_plain(row[name]) for name in names] for row in rows)])


def _csv(rows: list[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def _people(access: Access, settings: Settings) -> bytes:
    rows: list[list[Any]] = [["Haus", "Art", "Pseudonym", "Nummer", "Name", "Vorname"]]
    with open_vault.reading(access, settings) as vault:
        for home_id in sorted(access.homes):
            for kind in (RESIDENT, STAFF):
                people = pseudonyms.people_of_home(vault, home_id, kind)
                rows += [[home_id, kind, one, number, *name] for one, (number, name) in sorted(people.items())]
    return _csv(rows)


def _texts(access: Access, settings: Settings, uploads: list[int]) -> bytes:
    told = {}
    for upload_id in uploads:
        texts = _texts_of(access, settings, upload_id)
        findings = [asdict(one) for one in texts.findings]
        told[upload_id] = {"dateien": texts.file_names, "text": texts.message, "meldungen": findings}
    return json.dumps(told, ensure_ascii=False, indent=1, default=str).encode()


def _texts_of(access: Access, settings: Settings, upload_id: int) -> UploadTexts:
    texts = records.texts(access, settings, upload_id)
    if texts is None:
        raise VaultClosedError(open_vault.KEY_MISSING)  # an export without them would not be everything
    return texts
