"""docs/datenschutz is true: states and tests as in docs/security.md, tables as stored, words as on pages."""

from __future__ import annotations

import re
from typing import Final

import pytest
from sqlalchemy import create_engine, text

from tests.support.product import ROOT
from tests.support.security_rows import NAMED, ROWS
from web.security.permissions import ROLE_RIGHTS, ROLE_WORDS, Right
from web.store import models, pending_restore, queue, rate_table
from web.store.base import Base
from web.store.data_classes import Deletion
from web.store.vault import VaultBase

FOLDER: Final = ROOT / "docs" / "datenschutz"
PAGES: Final = {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.md"))}
STATES: Final = {"belegt": "proven", "teilweise": "partly", "fehlt": "absent"}
STATE_OF: Final = {row.id: row.state for row in ROWS}
PROMISES: Final = [row.id for row in ROWS if row.id.startswith("T")]
AGREEMENTS: Final = ("betriebsvereinbarung.md", "dienstvereinbarung-mav.md")
DATA_CLASSES: Final = {"personal": "personenbezogen", "pseudonymous": "pseudonym", "free": "frei"}
DATABASES: Final = {
    "Arbeitsdatenbank": (Base.metadata, pending_restore.metadata),
    "Tresor": (VaultBase.metadata,),
    "Warteschlange": (queue.metadata, rate_table.metadata),
}

SECTION: Final = re.compile(r"^### (?P<id>T\d+): .+\n\n(?P<text>(?:(?!^#).*\n)+)", re.MULTILINE)
STATED: Final = re.compile(r"(?P<ids>[A-Z]\d+(?:,\s[A-Z]\d+)*):\s\*(?P<state>belegt|teilweise|fehlt)\*")
TEST_LINK: Final = re.compile(r"\]\(\.\./\.\./(tests/[^)]+)\)")
TABLE: Final = re.compile(r"^\| (\w+) \| `(\w+)` \| .+ \| (\w+) \| `(\w+)` \|$", re.MULTILINE)
QUOTE: Final = re.compile(r"^> (.+)$", re.MULTILINE)
QUERIES: Final = [
    " ".join(one.split())
    for block in re.findall(r"```sql\n(.+?)```", PAGES["vorfall.md"], re.DOTALL)
    for one in re.sub(r"^--.*$", "", block, flags=re.MULTILINE).split(";")
    if one.strip()
]
SAID: Final = [
    (name, one, found["state"])
    for name, page in PAGES.items()
    for found in STATED.finditer(page)
    for one in found["ids"].replace(",", " ").split()
]

assert models.__all__, "the tables of the work database are those its models define when they are imported"


def test_every_promise_is_told_once_and_in_order() -> None:
    assert [found["id"] for found in SECTION.finditer(PAGES["massnahmen.md"])] == PROMISES


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_has_the_state_and_the_tests_of_its_row(promise: str) -> None:
    row = next(row for row in ROWS if row.id == promise)
    told = next(found["text"] for found in SECTION.finditer(PAGES["massnahmen.md"]) if found["id"] == promise)
    stated = re.match(r"\*\*Stand: (\w+)\.\*\*", told)
    assert stated, f"{promise}: does not begin with its state"
    assert STATES[stated[1]] == row.state, f"{promise} is {row.state} in docs/security.md: adapt massnahmen.md"
    assert f"[Zeile {promise}](../security.md#promised-to-the-customer)" in told
    linked, named = set(TEST_LINK.findall(told)), {path for path, _ in NAMED.findall(row.proof)}
    assert linked <= named, f"{promise}: docs/security.md does not name these tests in its row"
    assert linked or not named, f"{promise}: no test is linked"


@pytest.mark.parametrize(("page", "row", "state"), SAID, ids=[f"{page}-{row}" for page, row, _ in SAID])
def test_a_state_said_anywhere_is_that_of_its_row(page: str, row: str, state: str) -> None:
    assert STATES[state] == STATE_OF[row], (
        f"{row} is {STATE_OF[row]} in docs/security.md: adapt {page} where it says so"
    )


def test_states_are_said_where_something_is_missing() -> None:
    """The pattern above finds what it is meant to find."""
    assert {page for page, _, _ in SAID} >= {"massnahmen.md", "loeschkonzept.md", "vorfall.md", "folgenabschaetzung.md"}
    assert len(SAID) > 30


def test_every_table_stands_in_the_deletion_concept_with_its_classes() -> None:
    told = {(where, name): classes for where, name, *classes in TABLE.findall(PAGES["loeschkonzept.md"])}
    stored = {
        (where, table.name): [DATA_CLASSES[table.info["data_class"]], table.info["deletion_class"]]
        for where, all_metadata in DATABASES.items()
        for metadata in all_metadata
        for table in metadata.tables.values()
    }
    assert told == stored, "adapt the table of docs/datenschutz/loeschkonzept.md"


def test_every_deletion_class_has_its_rule() -> None:
    rules = re.findall(r"^\| `(\w+)` \|", PAGES["loeschkonzept.md"], re.MULTILINE)
    assert rules == list(dict.fromkeys(rules))
    assert set(rules) == {one.value for one in Deletion}


@pytest.mark.parametrize("query", QUERIES, ids=[query[:60] for query in QUERIES])
def test_every_query_of_the_runbook_runs(query: str) -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        assert connection.execute(text(query)).all() == []


def test_there_are_queries() -> None:
    assert len(QUERIES) > 5


def test_actions_of_the_runbook_are_those_the_log_has() -> None:
    asked = [
        one
        for words in re.findall(r"action (?:=|IN) \(?('[^)]+?')(?:\)| |$)", " ".join(QUERIES))
        for one in _words(words)
    ]
    code = "".join(path.read_text("utf-8") for path in (ROOT / "web").rglob("*.py"))
    assert sorted(asked) == ["freigabe.ansehen", "konto.sperren", "namen.ansehen"]
    assert [one for one in asked if f'"{one}"' not in code] == []


def test_measures_name_every_role_and_who_sees_names() -> None:
    told = re.findall(r"^\| ([\w ()]+) \| .+ \| (ja|nein)\b.* \|$", PAGES["massnahmen.md"], re.MULTILINE)
    rights = {ROLE_WORDS[role]: Right.SEE_NAMES in granted for role, granted in ROLE_RIGHTS.items()}
    assert {role: names == "ja" for role, names in told} == rights


@pytest.mark.parametrize("name", AGREEMENTS)
def test_agreements_quote_the_page_word_for_word(name: str) -> None:
    template = (ROOT / "web" / "templates" / "account" / "releases.html").read_text("utf-8")
    sentences = [_pattern(one) for one in re.findall(r"<(?:li|p)\b[^>]*>(.*?)</(?:li|p)>", template, re.DOTALL)]
    quotes = QUOTE.findall(PAGES[name])
    assert len(quotes) >= 5
    assert [quote for quote in quotes if not any(one.fullmatch(quote) for one in sentences)] == []


def test_the_index_names_every_document() -> None:
    listed = re.findall(r"^\| \[([\w-]+\.md)\]\(\1\) \|", PAGES["README.md"], re.MULTILINE)
    assert sorted(listed) == sorted(set(PAGES) - {"README.md"})


def _words(listed: str) -> list[str]:
    return re.findall(r"'([^']+)'", listed)


def _pattern(html: str) -> re.Pattern[str]:
    """Return what a part of a template can say: anything where it puts something in, if it says something besides."""
    literal = re.split(r"\{\{.*?\}\}", re.sub(r"<[^>]+>", "", html))
    return re.compile(".+".join(map(re.escape, literal)) if any(map(str.strip, literal)) else "(?!)")
