"""Names and quoted cells leave the vault at one door, and pages show them as an act (C4)."""

from __future__ import annotations

import ast
import re

from tests.support.product import modules, tree

OPENING = {"people_of_home", "names", "find_existing", "open_json"}
"""Functions that open what the vault has sealed."""

BOXES = {
    "web.security.crypto",
    "web.services.keys.rotation",
    "web.services.open_vault",
    "web.services.people.pseudonyms",
    "web.services.sessions",
    "web.services.subjects.traces",
    "web.services.uploads.records",
    "web.services.uploads.sealed_folder",
    "web.views.account.recovery_codes",
    "web.views.auth",
}
"""Modules that make boxes; the last two and the sessions for what has nothing to do with the vault."""

NAMING = {
    "web.services.contract_end.export",
    "web.services.subjects.access_report",
    "web.services.subjects.search",
    "web.services.subjects.traces",
    "web.services.uploads.other_home",
    "web.services.uploads.preview",
    "web.services.uploads.read_job",
    "web.services.uploads.unknown_people",
}
"""Modules that ask the vault who somebody is; the first four answer that person, delete it, or hand everything over."""

SHOWING = {"queue", "texts", "faulty", "conversation"}
"""Functions of services that give names or quoted cells to pages."""

PAGES = {
    "web.views.uploads.question_frame": "current.looked_at, with the fixed purpose of the page, to whom may see names",
    "web.views.uploads.questions": "page of question_frame",
    "web.views.uploads.unknown_people": "names.look",
    "web.views.uploads.upload_context": "whether there are questions",
    "web.views.uploads.upload_pages": "names.look, record_download",
}
"""Views that call them."""


def calls(module: str) -> set[str]:
    """Return what a module calls, as "name.attribute" or "name"."""
    found = set()
    for node in ast.walk(tree(modules()[module])):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
                found.add(f"{function.value.id}.{function.attr}")
            elif isinstance(function, ast.Name):
                found.add(function.id)
    return found


def of_web() -> list[str]:
    return [name for name in modules() if name.startswith("web.")]


def test_boxes_are_made_where_the_vault_is() -> None:
    """C4, E2: nobody else can open what is sealed."""
    assert {name for name in of_web() if "Box" in calls(name) or "vault.box" in calls(name)} <= BOXES


def test_the_vault_is_asked_by_few() -> None:
    """C4: whoever wants a name goes through the services that are known for it."""
    asking = {f"pseudonyms.{one}" for one in OPENING}
    assert {name for name in of_web() if calls(name) & asking} == NAMING


def test_sessions_on_the_vault_are_opened_at_the_door() -> None:
    """C4: of modules that show or store something; keys, deletions and backups read no name."""
    opening = {"access.vault_reading", "access.vault_writing", "system.vault_reading", "system.vault_writing"}
    assert {name for name in of_web() if calls(name) & opening} <= {
        "web.services.backups.restoring",
        "web.services.keys.key_copies",
        "web.services.keys.overview",
        "web.services.keys.rotation",
        "web.services.open_vault",
        "web.services.retention.due",  # which uploads have texts there, of all operators: numbers alone
    }


def test_pages_that_show_names_are_known() -> None:
    """C4: a new one has to say here how it is an act."""
    showing = {f"{module}.{one}" for module in ("unknown_people", "records", "kept_files") for one in SHOWING}
    views = {name for name in of_web() if name.startswith("web.views.") and calls(name) & showing}
    assert views <= PAGES.keys()
    for name, how in PAGES.items():
        for call in ("names.look", "steps.record_download", "current.looked_at"):
            assert call.rpartition(".")[2] not in re.findall(r"\w+", how) or call in calls(name), (name, call)
    assert "names.look" in calls("web.views.uploads.unknown_people")
    assert {"names.look", "names.may_look"} <= calls("web.views.uploads.upload_pages")
