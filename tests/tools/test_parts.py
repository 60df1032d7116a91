"""The list of parts, what is known of them, and the search for secrets: each finds what was planted."""

from __future__ import annotations

import json
import subprocess
import threading
import tomllib
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import audit
import cyclonedx.schema._res as schemas
import find_secrets
import pytest
import sbom
from jsonschema import Draft7Validator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The list of parts of this checkout."""
    path = tmp_path_factory.mktemp("sbom") / "deep" / "sbom.json"
    assert sbom.main(str(path)) == 0
    return json.loads(path.read_text("utf-8"))


def test_all_parts_are_listed_as_they_are_installed(bill: dict[str, Any]) -> None:
    """F11: every package the program needs, what those need, and every file from elsewhere with its hash."""
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    versions = {canonicalize_name(one["name"]): one["version"] for one in bill["components"]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {canonicalize_name(Requirement(one).name) for one in project["dependencies"]} <= versions.keys()
    pinned = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").split("\n") if "==" in line
    )
    pins = {canonicalize_name(name): version for name, version in pinned.items()}
    packages = [one for one in bill["components"] if one.get("purl", "").startswith("pkg:pypi/")]
    assert {canonicalize_name(one["name"]) for one in packages} <= pins.keys()
    vendored = json.loads((ROOT / "web/static/vendor/VENDOR.json").read_text("utf-8"))
    hashes = {hash_["content"] for one in bill["components"] for hash_ in one.get("hashes", ())}
    assert {one["sha256"] for one in vendored} <= hashes
    assert all(one["licenses"] for one in bill["components"])
    edges = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    assert "jinja2" in edges["flask"]
    assert "flask" in edges["pebem-analyse"]


def test_the_list_of_parts_has_the_form_it_names(bill: dict[str, Any]) -> None:
    """F11: others can read it."""
    path = Path(schemas.__path__[0]) / "bom-1.6.SNAPSHOT.schema.json"
    schema = json.loads(path.read_text("utf-8"))
    components = {"$ref": "#/definitions/component", "definitions": schema["definitions"]}
    for component in bill["components"]:
        simple = {name: value for name, value in component.items() if name != "licenses"}  # a schema of its own
        Draft7Validator(components).validate(simple)


ADVISORY = """
id: PYSEC-2026-1
affected:
- package: {name: Example-Package, ecosystem: PyPI}
  ranges:
  - type: ECOSYSTEM
    events: [{introduced: "0"}, {fixed: "1.5"}, {introduced: "2.0"}, {last_affected: "2.3"}]
  versions: ["7.0.dev1"]
"""


@pytest.fixture
def advisories(tmp_path: Path) -> Path:
    """A clone of advisories with one of today."""
    folder = tmp_path / "advisories"
    (folder / "vulns" / "example-package").mkdir(parents=True)
    (folder / "vulns" / "example-package" / "PYSEC-2026-1.yaml").write_text(ADVISORY, encoding="utf-8")
    withdrawn = ADVISORY.replace("PYSEC-2026-1", "PYSEC-2026-2") + "withdrawn: 2026-01-01T00:00:00Z\n"
    (folder / "vulns" / "example-package" / "PYSEC-2026-2.yaml").write_text(withdrawn, encoding="utf-8")
    commit = ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "a"]
    for words in (["init", "-q"], ["add", "-A"], commit):
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)
    return folder


def listed(tmp_path: Path, version: str, purl: str = "pkg:pypi/example_package@{}") -> str:
    """Return a list of one part."""
    path = tmp_path / "bill.json"
    path.write_text(json.dumps({"components": [{"name": "x", "purl": purl.format(version)}]}), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("version", "code"),
    [("1.0", 1), ("1.4.9", 1), ("1.5", 0), ("1.9", 0), ("2.0", 1), ("2.3", 1), ("2.3.1", 0), ("7.0.dev1", 1)],
)
def test_known_weaknesses_are_found_offline(
    version: str, code: int, advisories: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """F11: by range and by single version; what was withdrawn is none."""
    assert audit.main([listed(tmp_path, version), "--advisories", str(advisories)]) == code
    out = capsys.readouterr().out
    assert ("PYSEC-2026-1" in out) == (code == 1)
    assert "PYSEC-2026-2" not in out
    assert "1 packages looked up" in out


def test_nothing_is_said_of_what_could_not_be_looked_up(
    advisories: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """F11: old advisories, none, and a service that does not answer are no good news."""
    one = listed(tmp_path, "1.6")
    parts = audit.parts_of(json.loads(Path(one).read_text("utf-8")))
    assert audit.ask_folder(parts, advisories, NOW + timedelta(days=audit.OLDEST_DAYS)) == {}
    with pytest.raises(audit.NotAuditedError, match="days old"):
        audit.ask_folder(parts, advisories, NOW + timedelta(days=audit.OLDEST_DAYS + 2))
    assert audit.main([one, "--advisories", str(tmp_path)]) == audit.NOT_AUDITED
    assert audit.main([one, "--service", "http://127.0.0.1:1/"]) == audit.NOT_AUDITED
    assert "NOT AUDITED" in capsys.readouterr().err
    script = listed(tmp_path, "4.0.1", "pkg:npm/htmx.org@{}")
    assert audit.main([script, "--advisories", str(advisories)]) == 0
    assert "Not in these advisories: htmx.org" in capsys.readouterr().out


@pytest.fixture
def service() -> Iterator[tuple[str, list[Any]]]:
    """A service that speaks OSV, and what it says."""
    said: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert asked == {"queries": [{"package": {"purl": "pkg:pypi/example_package@1.0"}}]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(said[0]).encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", said
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"results": [{"vulns": [{"id": "GHSA-x"}]}]}, 1),
        ({"results": [{}]}, 0),
        ({"results": []}, 2),
        ({"results": [{"next_page_token": "x"}]}, 2),
        ({}, 2),
        ([], 2),
    ],
)
def test_a_service_is_asked_about_every_part(
    answer: Any, code: int, service: tuple[str, list[Any]], tmp_path: Path
) -> None:
    """F11: an answer that leaves one out is none."""
    address, said = service
    said.append(answer)
    assert audit.main([listed(tmp_path, "1.0"), "--service", address]) == code


RANDOM = "q7RtZk2Lp9XvB4nM" + "s8WdY1cGh6JfT3aQ"
"""In pieces, so that this file is none with a secret in it."""


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN " + "RSA PRIVATE KEY-----",
        "-----BEGIN " + "OPENSSH PRIVATE KEY-----",
        "aws = 'AKIA" + "Q3EGRZ5TZK7WN2PL'",
        "token: ghp_" + RANDOM,
        "glpat-" + RANDOM[:20],
        "url = 'postgresql://pebem:" + "hunter22@db/work'",
        "PEBEM_VAULT_KEY=" + "a1b2" * 10,
        f'key = "{RANDOM}"',
        f"  {RANDOM}==",
    ],
)
def test_planted_secrets_are_found(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """F11: whatever file they stand in; the message names the place and nothing of the secret."""
    path = tmp_path / "notes.md"
    path.write_text(f"Erste Zeile\n{line}\n", encoding="utf-8")
    assert find_secrets.main([str(path)]) == 1
    out = capsys.readouterr().out
    assert f"{path}:2: " in out
    assert line[-12:] not in out


@pytest.mark.parametrize("name", [".env", "vault_key.txt", "tls.pem", "ssh/id_ed25519"])
def test_files_of_secrets_are_found_by_their_name(name: str, tmp_path: Path) -> None:
    """F11: an installation made in the checkout must not be committed."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("", encoding="utf-8")
    assert find_secrets.main([str(path)]) == 1


def test_nothing_in_this_repository_looks_like_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """F11: also `make lint` looks."""
    monkeypatch.chdir(ROOT)
    assert find_secrets.main([]) == 0
    assert "find_secrets.py" in (ROOT / "Makefile").read_text("utf-8")
