"""Writes what an installation is made of as a CycloneDX document: packages it runs with, and files from elsewhere.

python tools/sbom.py build/sbom.json
"""

from __future__ import annotations

import json
import sys
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT: Final = Path(__file__).parents[1]
UNKNOWN_LICENCE: Final = "siehe Paket"
_LONGEST_LICENCE: Final = 60


def bill() -> Bom:
    """Return what the program needs to run, as it is installed here, and what it brings along for browsers."""
    bom = Bom()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    main = Component(
        name=project["name"], version=project["version"], type=ComponentType.APPLICATION, bom_ref=project["name"]
    )
    bom.metadata.component = main
    found: dict[str, Component] = {}
    needs = {project["name"]: _needed(project["dependencies"])}
    waiting = [*needs[project["name"]]]
    while waiting:
        name = waiting.pop()
        if name not in needs:
            installed = distribution(name)
            needs[name] = _needed(installed.requires or ())
            waiting += needs[name]
            found[name] = _package(name, installed)
    for component in [*found.values(), *_vendored()]:
        bom.components.add(component)
    for name, others in needs.items():
        bom.register_dependency(found.get(name, main), [found[other] for other in others])
    return bom


def _needed(requires: Iterable[str]) -> set[str]:
    requirements = map(Requirement, requires)
    return {
        canonicalize_name(one.name) for one in requirements if one.marker is None or one.marker.evaluate({"extra": ""})
    }


def _package(name: str, installed: Distribution) -> Component:
    return Component(
        name=installed.metadata["Name"],
        version=installed.version,
        type=ComponentType.LIBRARY,
        bom_ref=name,
        purl=PackageURL("pypi", name=name, version=installed.version),
        licenses=[LicenseFactory().make_from_string(_licence(installed))],
    )


def _licence(installed: Distribution) -> str:
    """Return what a package says about its licence: an expression, a class, or a short text."""
    metadata = installed.metadata
    classes = [one.rpartition(" :: ")[2] for one in metadata.get_all("Classifier", []) if one.startswith("License")]
    for text in (metadata.get("License-Expression"), *classes, metadata.get("License")):
        if text and "\n" not in text and len(text) <= _LONGEST_LICENCE:
            return str(text)
    return UNKNOWN_LICENCE


def _vendored() -> list[Component]:
    """Return the files from elsewhere that are part of the program, with the hashes they are kept by."""
    return [
        Component(
            name=one["name"],
            version=one["version"],
            type=ComponentType.LIBRARY,
            bom_ref=f"{path.parent.relative_to(ROOT).as_posix()}/{one['file']}",
            purl=PackageURL("npm", name=one["name"], version=one["version"]) if "npm" in one["source"] else None,
            licenses=[LicenseFactory().make_from_string(one["licence"])],
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one["sha256"])],
        )
        for path in sorted((ROOT / "web").rglob("VENDOR.json"))
        for one in json.loads(path.read_text("utf-8"))
    ]


def main(target: str) -> int:
    """Write the document, and say how much is in it."""
    bom = bill()
    path = Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(JsonV1Dot6(bom).output_as_string(indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path}: {len(bom.components)} components\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
