"""XML that is refused as a whole: one German sentence or two, quickly, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import importers
from importers.files import safe_xml
from importers.findings import UnreadableError
from tests.support.importers.das_files import NAMESPACE, export, resident, text

if TYPE_CHECKING:
    from pathlib import Path

    from rules.model import RuleBook

ROOT = f'<root xmlns="{NAMESPACE}">'
WHOLE = text(resident())
DECLARATION, BODY = WHOLE.split("\n", 1)
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


def refusal(book: RuleBook, data: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        importers.read([("das.xml", data)], book, sheets_needed=())
    assert "Bitte" in str(caught.value)
    assert "„das.xml“" in str(caught.value)
    return str(caught.value)


def with_type(inner: str) -> bytes:
    return f"{DECLARATION}\n<!DOCTYPE root {inner}>\n{BODY}".encode()


@pytest.mark.parametrize(
    "inner",
    [
        "",
        'SYSTEM "http://example.org/das.dtd"',
        'PUBLIC "-//DAS//DTD//DE" "das.dtd"',
        f'[<!ENTITY l0 "ha">{LAUGHS}]',
        f'[<!ENTITY a "{"a" * 50_000}">]',
        '[<!ENTITY x SYSTEM "file:///etc/passwd">]',
        '[<!ENTITY % p SYSTEM "http://example.org/p"> %p;]',
        '[<!ATTLIST SVESSEN value CDATA "0">]',
    ],
    ids=["bare", "system", "public", "laughs", "quadratic", "file", "parameter", "default"],
)
def test_a_document_type_is_refused(book: RuleBook, inner: str) -> None:
    assert "DOCTYPE" in refusal(book, with_type(inner))


def test_an_entity_without_a_document_type_is_no_xml(book: RuleBook) -> None:
    assert "beschädigt" in refusal(book, WHOLE.replace('value="9"', 'value="&x;"').encode())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (WHOLE[: len(WHOLE) // 2].encode(), "unvollständig"),
        (WHOLE.split("</residents>", maxsplit=1)[0].encode(), "unvollständig"),
        (WHOLE.encode()[:-8], "unvollständig"),
        (WHOLE.encode() + b"<root/>", "hinter dem Ende"),
        (WHOLE.encode() + b"text", "hinter dem Ende"),
        (WHOLE.replace("</resident>", "</residents>", 1).encode(), "beschädigt"),
        (WHOLE.replace('value="9"', 'value="9" value="0"').encode(), "beschädigt"),
        (WHOLE.replace('value="9"', "value=9").encode(), "beschädigt"),
        (WHOLE.replace('value="9"', 'value="\x01"').encode(), "beschädigt"),
        (WHOLE.replace("<SVESSEN", "<x:SVESSEN").encode(), "beschädigt"),
    ],
)
def test_broken_files(book: RuleBook, data: bytes, says: str) -> None:
    assert says in refusal(book, data)


@pytest.mark.parametrize(
    ("declared", "data"),
    [
        ("utf-7", BODY.encode()),
        ("UTF-16", BODY.encode()),
        ("EBCDIC-CP-DE", BODY.encode()),
        ("ISO-2022-JP", BODY.encode()),
        ("UTF-8", BODY.encode("latin-1")),
        ("US-ASCII", BODY.encode()),
        ("windows-1252", BODY.encode("cp1252").replace(b"Pflege", b"Pf\x81lege")),
    ],
)
def test_encodings_that_are_not_read_or_not_true(book: RuleBook, declared: str, data: bytes) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>\n'.encode()
    assert "Zeichenkodierung" in refusal(book, head + data)


@pytest.mark.parametrize("declared", ["UTF-8", "ISO-8859-1", "utf-7"])
def test_a_mark_and_another_encoding_contradict_each_other(book: RuleBook, declared: str) -> None:
    data = f'<?xml version="1.0" encoding="{declared}"?>{BODY}'.encode("utf-16")
    assert "Zeichenkodierung" in refusal(book, data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<?xml version='1.0'?><root><header/></root>", "ohne Namensraum"),
        (WHOLE.replace(NAMESPACE, "https://das-pflege.example").encode(), "https://das-pflege.example"),
        (f'<report xmlns="{NAMESPACE}"/>'.encode(), "„report“"),
        (b'<x:root xmlns:x="urn:x" xmlns="https://www.das-pflege.de"/>', "„root“ im Namensraum „urn:x“"),
        (b'<Bundle xmlns="http://hl7.org/fhir"/>', "FHIR"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "Grafik"),
        (f"{ROOT}<body/></root>".encode(), "keine Bewohnerdaten"),
        (f"{ROOT}<body><commentation_container/></body></root>".encode(), "Kommentierung"),
        (
            WHOLE.replace("<residents>", "<RESIDENTS>").replace("</residents>", "</RESIDENTS>").encode(),
            "keine Bewohner",
        ),
    ],
)
def test_xml_that_is_no_survey_is_named(book: RuleBook, data: bytes, says: str) -> None:
    assert says in refusal(book, data)


def deep(levels: int) -> bytes:
    return (ROOT + "<a>" * levels + "</a>" * levels + "</root>").encode()


def with_attributes(count: int) -> bytes:
    return (ROOT + "<a " + " ".join(f"b{i}=''" for i in range(count)) + "/></root>").encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (deep(safe_xml.MAX_DEPTH), "verschachtelt"),
        (deep(200_000), "verschachtelt"),
        (f"{ROOT}{'<a/>' * safe_xml.MAX_TAGS}</root>".encode(), "Elemente"),
        (with_attributes(100), "Elemente"),
        (with_attributes(20_000), "langen Wert"),
        (f'{ROOT}<a b="{"x" * safe_xml.MAX_TOKEN}"/></root>'.encode(), "langen Wert"),
        (f"{ROOT}<a>{'x' * safe_xml.MAX_TOKEN}</a></root>".encode(), "langen Wert"),
        (ROOT.encode() + b" " * safe_xml.MAX_BYTES, "größer als"),
        (f"{ROOT}<!--{'<' * 5_000_000}".encode(), "Elemente"),
        (f"{ROOT}<!--{'<' * 900_000}".encode(), "unvollständig"),
        (f"{ROOT}<![CDATA[{'<' * 900_000}".encode(), "unvollständig"),
    ],
    ids=["deep", "deeper", "many", "attributes", "thousands", "value", "text", "size", "signs", "comment", "cdata"],
)
def test_nothing_grows_beyond_its_limit(book: RuleBook, data: bytes, says: str) -> None:
    assert says in refusal(book, data)


def test_the_deepest_that_is_allowed_is_read() -> None:
    started: list[str] = []
    safe_xml.walk("a.xml", deep(safe_xml.MAX_DEPTH - 1), lambda tag, _: started.append(tag[1]), lambda: None)
    assert len(started) == safe_xml.MAX_DEPTH


def test_kind_is_determined_by_content(tmp_path: Path, book: RuleBook) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(export(resident())[1])
    assert importers.read([path], book, sheets_needed=()).tables.residents["resident"].tolist() == ["000042"]
    assert importers.read([("x.xlsx", BODY.encode())], book, sheets_needed=()).tables.residents.shape == (1, 4)
