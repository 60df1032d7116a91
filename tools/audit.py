"""Says which weaknesses are publicly known of what the program is made of, and never that there are none unasked.

Ends with 0 where all packages of a list of parts (``tools/sbom.py``) were looked up and nothing is known; 1 where
something is; 2 where they could not be looked up, or only in advisories that are too old to mean anything.

    python tools/audit.py build/sbom.json                                # asks a service that speaks OSV
    python tools/audit.py build/sbom.json --advisories advisory-database # a clone of pypa/advisory-database, offline
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SERVICE: Final = "https://api.osv.dev/v1/querybatch"
OLDEST_DAYS: Final = 30
"""Of advisories on disk: younger weaknesses are those that matter."""
SECONDS: Final = 60
CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 2


class NotAuditedError(Exception):
    """Nothing can be said. The message says why."""


class Part(NamedTuple):
    """A package with its version."""

    purl: str
    ecosystem: str
    name: str
    version: str


def parts_of(bill: Mapping[str, Any]) -> list[Part]:
    """Return the packages of a CycloneDX document that a registry knows."""
    found = []
    for component in bill["components"]:
        if purl := component.get("purl", ""):
            ecosystem, _, rest = purl.removeprefix("pkg:").partition("/")
            name, _, version = unquote(rest).rpartition("@")
            found.append(Part(purl, ecosystem, name, version))
    return found


def ask_service(parts: Sequence[Part], service: str) -> dict[Part, list[str]]:
    """Return the ids of what is known of each part, from a service.

    Raises
    ------
    NotAuditedError
        Where it does not answer for each of them.
    """
    body = json.dumps({"queries": [{"package": {"purl": part.purl}} for part in parts]}).encode()
    request = urllib.request.Request(service, body, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            results = json.load(answer)["results"]
    except (OSError, ValueError, KeyError, TypeError, urllib.error.URLError) as error:
        raise NotAuditedError(f"{service} gave no answer ({type(error).__name__})") from error
    if len(results) != len(parts) or any("next_page_token" in one for one in results):
        raise NotAuditedError(f"{service} did not answer for every package")
    known = zip(parts, results, strict=True)
    return {part: ids for part, one in known if (ids := [weakness["id"] for weakness in one.get("vulns", ())])}


def ask_folder(parts: Sequence[Part], folder: Path, now: datetime) -> dict[Part, list[str]]:
    """Return the ids of what is known of each Python package, from a clone of the advisories.

    Raises
    ------
    NotAuditedError
        Where the clone is too old, or none.
    """
    git = ["git", "-C", str(folder), "log", "-1", "--format=%ct"]
    shown = subprocess.run(git, capture_output=True, check=False, text=True)  # noqa: S603
    if shown.returncode or not (folder / "vulns").is_dir():
        raise NotAuditedError(f"{folder} holds no clone of advisories")
    age = now - datetime.fromtimestamp(int(shown.stdout), UTC)
    if age.days > OLDEST_DAYS:
        raise NotAuditedError(
            f"the advisories in {folder} are {age.days} days old; at most {OLDEST_DAYS} mean anything"
        )
    return {
        part: ids
        for part in parts
        if part.ecosystem == "pypi"
        and (ids := [one["id"] for one in _advisories(folder, part.name) if _hits(one, part)])
    }


def _advisories(folder: Path, name: str) -> Iterator[Mapping[str, Any]]:
    for path in sorted((folder / "vulns" / canonicalize_name(name)).glob("*.yaml")):
        advisory = yaml.safe_load(path.read_text("utf-8"))
        if "withdrawn" not in advisory:
            yield advisory


def _hits(advisory: Mapping[str, Any], part: Part) -> bool:
    version = Version(part.version)
    for affected in advisory["affected"]:
        if canonicalize_name(affected["package"]["name"]) != canonicalize_name(part.name):
            continue
        if part.version in affected.get("versions", ()):
            return True
        for span in affected.get("ranges", ()):
            if span["type"] == "ECOSYSTEM" and _within(version, span["events"]):
                return True
    return False


def _within(version: Version, events: Sequence[Mapping[str, str]]) -> bool:
    inside = False
    for event in events:
        for kind, written in event.items():
            try:
                bound = Version(written)
            except InvalidVersion:
                continue
            if kind == "introduced" and version >= bound:
                inside = True
            elif (kind == "fixed" and version >= bound) or (kind == "last_affected" and version > bound):
                inside = False
    return inside


def main(arguments: Sequence[str]) -> int:
    """Print what is known, and return how it ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bill", type=Path)
    parser.add_argument("--advisories", type=Path)
    parser.add_argument("--service", default=SERVICE)
    options = parser.parse_args(arguments)
    parts = parts_of(json.loads(options.bill.read_text("utf-8")))
    try:
        if options.advisories:
            known = ask_folder(parts, options.advisories, datetime.now(UTC))
        else:
            known = ask_service(parts, options.service)
    except NotAuditedError as problem:
        sys.stderr.write(f"NOT AUDITED: {problem}.\n")
        return NOT_AUDITED
    for part, ids in sorted(known.items()):
        sys.stdout.write(f"{part.name} {part.version}: {', '.join(sorted(ids))}\n")
    asked = [part for part in parts if not options.advisories or part.ecosystem == "pypi"]
    left = [part.name for part in parts if part not in asked]
    sys.stdout.write(f"{len(asked)} packages looked up, {len(known)} with known weaknesses.\n")
    if left:
        sys.stdout.write(f"Not in these advisories: {', '.join(sorted(left))}.\n")
    return VULNERABLE if known else CLEAN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
