"""Every column stored is classed, and no name lies where it does not belong."""

from __future__ import annotations

from web.backup_settings import BOUNDS, RetentionSettings
from web.services.retention import due
from web.store import models, pending_restore, queue, rate_table
from web.store.base import Base
from web.store.data_classes import DATA_CLASSES, LOG_SETTING, RETENTION, Deletion
from web.store.vault import VaultBase

assert models.__all__, "the tables of the work database are those its models define when they are imported"
ALL = [Base.metadata, VaultBase.metadata, queue.metadata, rate_table.metadata, pending_restore.metadata]


def test_every_table_and_column_is_classed() -> None:
    """H1: tenant, data class and deletion class of everything stored."""
    spots = [spot for metadata in ALL for table in metadata.tables.values() for spot in (table, *table.columns)]
    unclassed = [
        str(spot)
        for spot in spots
        if spot.info.get("data_class") not in DATA_CLASSES
        or spot.info.get("deletion_class") not in set(Deletion)
        or not spot.info.get("tenant")
    ]
    assert unclassed == []
    assert len(spots) > 100


def test_every_deletion_class_has_start_and_period() -> None:
    """H1: each class says what starts its period and how long that is; what has one is found by the nightly job."""
    assert set(RETENTION) == set(Deletion)
    assert all(rule.word and rule.start and rule.basis for rule in RETENTION.values())
    with_period = {deletion for deletion, rule in RETENTION.items() if rule.setting}
    assert with_period - {Deletion.LOG} == set(due.FINDERS), "the log expires along its chains"
    assert set(Deletion) - with_period == {Deletion.CONTRACT, Deletion.KEYS}, "these go with the operator"
    assert {rule.setting for rule in RETENTION.values() if rule.setting} == {*BOUNDS, LOG_SETTING}
    defaults = RetentionSettings()
    assert all(least <= getattr(defaults, name) <= most for name, (_, least, most) in BOUNDS.items())


def test_work_database_holds_no_identifier_of_cared_for_or_caring_persons() -> None:
    """C1: personal columns of the work database are those of the users' own accounts."""
    personal = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.info["data_class"] == "personal"
    }
    assert personal == {
        "account.user_name",
        "account.display_name",
        "account.password_hash",
        "account.totp_secret",
        "passkey.name",
    }
    people = {
        "resident",
        "staff",
        "assessment",
        "instability",
        "qualification",
        "intervention",
        "batch",
        "override_",
        "unknown_term",
        "weekly_hours",
    }
    named = {"name", "given", "number", "birth", "file_name", "file_names", "findings", "vorname", "nummer"}
    assert not {
        f"{table}.{column.name}"
        for table in people
        for column in Base.metadata.tables[table].columns
        if column.name in named
    }


def test_vault_shows_nothing_personal_in_clear() -> None:
    """E2: identifying fields are stored as sealed bytes."""
    personal = {
        str(column): column.type.python_type
        for table in VaultBase.metadata.tables.values()
        for column in table.columns
        if column.info["data_class"] == "personal"
    }
    assert personal == dict.fromkeys(personal, bytes)
    assert personal.keys() >= {"identity.number", "identity.name", "identity.given", "upload.file_names"}
