"""Encrypted files ask for their password, reject a wrong one, and cannot demand endless work."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import zipfile
import zlib
from pathlib import Path

import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msoffcrypto.format.ooxml import OOXMLFile

import importers
from importers.findings import PasswordNeededError, UnreadableError
from tests.support.importers.files import home, locked, xlsx
from tests.support.importers.xlsb_files import xlsb

DATA = Path(__file__).parent / "data"
LARGE = {"Füller": [[base64.b64encode(os.urandom(6000)).decode()]]}
"""The library that encrypts for the tests writes nothing a reader could open below 4 KB."""
SMALL = {"Begutachtungen": home()["Begutachtungen"]}


def whole(data: bytes, password: str, *, memory: int = 1024) -> bytes:
    """Return a document encrypted as LibreOffice does since 24.8."""
    salt, vector = os.urandom(16), os.urandom(12)
    start = hashlib.sha256(password.encode()).digest()
    key = hash_secret_raw(start, salt, 3, min(memory, 1024), 4, 32, Type.ID)
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    text = AESGCM(key).encrypt(vector, deflate.compress(data) + deflate.flush(), None)
    manifest = f"""<manifest:manifest><manifest:file-entry manifest:full-path="encrypted-package" manifest:size="1">
      <manifest:encryption-data>
       <manifest:algorithm manifest:algorithm-name="http://www.w3.org/2009/xmlenc11#aes256-gcm"
         manifest:initialisation-vector="{base64.b64encode(vector).decode()}"/>
       <manifest:start-key-generation manifest:key-size="32"
         manifest:start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256"/>
       <manifest:key-derivation manifest:key-size="32"
         manifest:key-derivation-name="urn:org:documentfoundation:names:experimental:office:manifest:argon2id"
         manifest:salt="{base64.b64encode(salt).decode()}" loext:argon2-iterations="3" loext:argon2-memory="{memory}"
         loext:argon2-lanes="4"/>
      </manifest:encryption-data></manifest:file-entry></manifest:manifest>"""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("encrypted-package", vector + text)
    return buffer.getvalue()


FILES = {
    "xlsx": lambda: locked(xlsx(SMALL), "geheim"),
    "xlsb": lambda: locked(xlsb(SMALL | LARGE), "geheim"),
    "xls": (DATA / "kennwort.xls").read_bytes,
    "ods": (DATA / "kennwort.ods").read_bytes,
    "ods since 24.8": lambda: whole((DATA / "heim.ods").read_bytes(), "geheim"),
}


@pytest.mark.parametrize(
    "written", [pytest.param(name, marks=() if name == "xlsx" else pytest.mark.slow) for name in FILES]
)
def test_the_password_opens_the_file_and_another_does_not(written: str) -> None:
    data = FILES[written]()
    for passwords, wrong in (({}, False), ({"b.bin": "geheim"}, False), ({"a.bin": "Geheim"}, True)):
        with pytest.raises(PasswordNeededError, match=r"„a\.bin“\. Bitte") as caught:
            importers.read_assessments([("a.bin", data)], passwords=passwords)
        assert (caught.value.file, caught.value.wrong) == ("a.bin", wrong)
    result = importers.read_assessments([("ordner/a.bin", data)], passwords={"a.bin": "geheim"})
    expected = importers.read_assessments([("a.xlsx", xlsx(SMALL))])
    assert result.table.equals(expected.table)


def test_a_password_for_a_file_in_an_archive() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x/a.xls", FILES["xls"]())
    assert len(importers.read_assessments([("a.zip", buffer.getvalue())], passwords={"a.xls": "geheim"}).table) == 2


def test_files_merely_protected_against_changes_open_without_a_question() -> None:
    data = locked(xlsx(SMALL), "VelvetSweatshop")
    assert len(importers.read_assessments([("a.xlsx", data)]).table) == 2


@pytest.mark.parametrize("rounds", [2_000_000, 4_000_000_000])
def test_a_file_that_demands_millions_of_rounds_is_refused(rounds: int) -> None:
    data = locked(xlsx(SMALL), "geheim").replace(b'spinCount="1000"', f'spinCount="{rounds}"'.ljust(16).encode())
    assert b'spinCount="1000"' not in data
    with pytest.raises(UnreadableError, match="Bitte") as caught:
        importers.read_assessments([("a.xlsx", data)], passwords={"a.xlsx": "geheim"})
    assert not isinstance(caught.value, PasswordNeededError)


def test_a_document_that_demands_gigabytes_is_refused() -> None:
    data = whole((DATA / "heim.ods").read_bytes(), "geheim", memory=2**24)
    with pytest.raises(UnreadableError, match="verschlüsselt, die hier nicht"):
        importers.read_assessments([("a.ods", data)], passwords={"a.ods": "geheim"})


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("written", ["xlsx", "xls", "ods"])
def test_truncated_encrypted_files(written: str, share: float) -> None:
    data = FILES[written]()
    with pytest.raises(UnreadableError, match="Bitte"):
        importers.read_assessments([("a", data[: int(len(data) * share)])], passwords={"a": "geheim"})


def test_encrypted_samples_are_encrypted() -> None:
    assert OOXMLFile(io.BytesIO(FILES["xlsx"]())).is_encrypted()
