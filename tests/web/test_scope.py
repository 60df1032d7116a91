"""A query about a tenant's data does not run without the tenant, on both databases, whatever it is written in (B3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from tests.support.web import access as accesses
from tests.support.web import workbooks
from tests.support.web.accounts import tenant_of
from tests.support.web.pages import Person, person
from web.store import migrate, row_security
from web.store.models import Account, Assessment, Home, Instability, Label, PerformedIntervention, Resident, Upload
from web.store.scope import WHOLE, Scope, UnboundQueryError, bound_tables, owner_path
from web.store.vault import Identity, VaultBase

if TYPE_CHECKING:
    from sqlalchemy import Table

    from web.store.databases import SessionMakers


@pytest.fixture
def other(anna: Person) -> Person:
    """Somebody of another tenant of the same installation; both homes have data."""
    anna.read_in(workbooks.workbook())
    stranger = person(anna.app, "fern", "Träger Fern", "Haus Fern")
    stranger.read_in(workbooks.workbook())
    return stranger


def sessions(who: Person) -> SessionMakers:
    """Return the makers of sessions of a person's access."""
    return who.services.databases.of(who.access.scope)


def mapped(table: Table) -> Any:
    """Return the class of a table."""
    base = VaultBase if table.name in VaultBase.metadata.tables else Home.__base__
    return next(one.class_ for one in base.registry.mappers if one.local_table is table)


def rows_of(makers: SessionMakers, table: Table) -> int:
    """Return how many rows of a table a session sees through its mapped class."""
    make = makers.vault_reading if table.name in VaultBase.metadata.tables else makers.reading
    with make() as session:
        return len(session.scalars(select(mapped(table))).all())


def test_every_class_shows_the_rows_of_the_tenant_alone(anna: Person, other: Person) -> None:
    """Derived from the tables: those of two tenants together are all, and each has its own."""
    whole, seen = anna.services.databases.of(WHOLE), 0
    for table in bound_tables().values():
        hers, his, all_ = (rows_of(one, table) for one in (sessions(anna), sessions(other), whole))
        without = rows_of(anna.services.databases.of(Scope(tenant_id=999_999)), table)
        assert without == 0, table.name
        assert hers + his <= all_, table.name
        if table.name != "audit_event":  # what belongs to no tenant is shown to none
            assert hers + his == all_, table.name
        seen += hers > 0 and his > 0
    assert seen > 10


def test_nothing_else_runs_without_naming_home_or_tenant(anna: Person, other: Person) -> None:
    """Written-out SQL, plain tables, aliases and counts: refused, or bound to one's own."""
    makers = sessions(anna)
    with makers.reading() as session:
        for table in bound_tables().values():
            if table.name in VaultBase.metadata.tables:
                continue
            written = f'SELECT * FROM "{table.name}"', f"select 1 from {table.name} as x"  # noqa: S608
            for query in (*map(text, written), select(table)):
                with pytest.raises(UnboundQueryError):
                    session.execute(query)
                with pytest.raises(UnboundQueryError):
                    session.connection().execute(query)
            with pytest.raises(UnboundQueryError):
                session.connection().exec_driver_sql(written[0])
        with pytest.raises(UnboundQueryError):
            session.execute(select(aliased(Resident).id))
        named = text("SELECT count(*) FROM resident WHERE home_id = :home_id")
        assert session.scalar(named, {"home_id": anna.home_id}) > 1
        with pytest.raises(UnboundQueryError, match="somebody else"):
            session.scalar(named, {"home_id": other.home_id})
        counted = session.scalar(select(func.count()).select_from(Assessment))
        assert counted == session.scalar(
            select(func.count()).select_from(Assessment).join(Resident).where(Resident.home_id == anna.home_id)
        )
        assert session.get(Home, other.home_id) is None
        for foreign in (Upload.home_id == other.home_id, Upload.home_id.in_([anna.home_id, other.home_id])):
            with pytest.raises(UnboundQueryError, match="somebody else"):
                session.scalar(select(func.max(Upload.id)).where(foreign))


def test_nothing_of_others_is_changed_or_stored(anna: Person, other: Person) -> None:
    """By class, by object, in bulk and by number."""
    makers, whole = sessions(anna), anna.services.databases.of(WHOLE)
    with whole.reading() as session:
        foreign = session.scalars(select(Resident).where(Resident.home_id == other.home_id)).first()
        account = session.scalars(select(Account).where(Account.user_name == "fern")).one()
        before = session.scalar(select(func.count()).select_from(Resident))
    with makers.writing.begin() as session:
        assert session.execute(update(Account).where(Account.id == account.id).values(active=False)).rowcount == 0
        assert session.execute(delete(Resident).where(Resident.id == foreign.id)).rowcount == 0
    refused: list[Any] = [
        lambda session: session.add(Label(home_id=other.home_id, text="fremd")),
        lambda session: session.add(Instability(resident_id=foreign.id, criterion="x", **_days())),
        lambda session: setattr(session.merge(foreign, load=False), "ward", "WB 9"),
        lambda session: session.delete(session.merge(foreign, load=False)),
        lambda session: session.execute(insert(Label), [{"home_id": other.home_id, "text": "fremd"}]),
        lambda session: session.execute(update(Resident), [{"id": foreign.id, "ward": "WB 9"}]),
        lambda session: session.execute(
            text("INSERT INTO label (home_id, text) VALUES (:home_id, 'x')"), {"home_id": other.home_id}
        ),
        lambda session: session.connection().execute(delete(PerformedIntervention.__table__)),
    ]
    for attempt in refused:
        with pytest.raises(UnboundQueryError), makers.writing.begin() as session:  # the commit stores what is left
            attempt(session)
    with whole.reading() as session:
        assert session.scalar(select(func.count()).select_from(Resident)) == before
        assert session.get(Account, account.id).active
        assert session.get(Resident, foreign.id).ward != "WB 9"
        assert session.scalar(select(func.count()).select_from(Label).where(Label.text == "fremd")) == 0


def test_a_flush_that_failed_lets_nothing_else_through(anna: Person) -> None:
    """B3: also where only its savepoint is rolled back and the transaction goes on."""
    with sessions(anna).writing.begin() as session:
        session.execute(insert(Label), [{"home_id": anna.home_id, "text": "doppelt"}])
        with pytest.raises(IntegrityError), session.begin_nested():  # its end stores what is left
            session.add(Label(home_id=anna.home_id, text="doppelt"))
        with pytest.raises(UnboundQueryError):
            session.connection().execute(select(Resident.__table__))


def _days() -> dict[str, Any]:
    from_, until = (name for name in Instability.__table__.columns.keys() if name in {"start", "end"})  # noqa: SIM118
    return dict.fromkeys((from_, until))


def test_the_access_says_whose_sessions_these_are(anna: Person, other: Person) -> None:
    """A request, a job and a command are bound to one tenant; what belongs to none names its purpose."""
    assert anna.access.scope == Scope(tenant_of(anna), frozenset({anna.home_id}))
    assert anna.system.scope is WHOLE
    with anna.access.reading() as session:
        assert session.scope == anna.access.scope
    with anna.access.vault_reading() as session:
        homes = set(session.scalars(select(Identity.home_id)))
    assert homes == {anna.home_id}
    assert accesses.of_user(other.services.databases, "fern").scope.homes == {other.home_id}


@pytest.mark.postgres
def test_the_database_shows_nothing_of_others_by_itself(postgres: Any, make_app: Any) -> None:
    """B2, B3: on PostgreSQL every table of a tenant has its policy; no statement passes it."""
    migrate.upgrade(postgres)
    app = make_app(postgres)
    anna = person(app, "anna", "Träger Nord", "Haus am Deich")
    anna.read_in(workbooks.workbook())
    stranger = person(app, "fern", "Träger Fern", "Haus Fern")
    databases = anna.services.databases
    for engine, metadata in ((databases.work, Home.metadata), (databases.vault, VaultBase.metadata)):
        wanted = {name for name, table in metadata.tables.items() if owner_path(table)}
        with engine.begin() as connection:
            query = "SELECT tablename FROM pg_policies WHERE policyname = :name AND schemaname = current_schema()"
            assert set(connection.scalars(text(query), {"name": row_security.POLICY})) == wanted
            forced = "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = :here ::regnamespace"
            here = connection.scalar(text("SELECT current_schema()"))
            assert set(connection.scalars(text(forced), {"here": here})) == wanted
    with stranger.access.reading() as session:
        driver = session.connection().connection.driver_connection
        for name in ("resident", "batch", "assessment", "account"):
            with driver.cursor() as cursor:
                own = cursor.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            assert own == (1 if name == "account" else 0), name
    with stranger.access.writing() as session, session.begin():
        driver = session.connection().connection.driver_connection
        with driver.cursor() as cursor, pytest.raises(Exception, match="row-level security"):
            cursor.execute("INSERT INTO label (home_id, text) VALUES (%s, 'fremd')", (anna.home_id,))
    plain = databases.work.raw_connection()
    try:
        with plain.cursor() as cursor:
            assert cursor.execute("SELECT count(*) FROM resident").fetchone()[0] == 0, "nothing was said"
    finally:
        plain.close()
