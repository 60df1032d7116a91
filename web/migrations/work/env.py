"""Run the migrations of the work database on the connection the caller opened."""

from alembic import context

from web.store.base import Base, Exact, Moment

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table="alembic_version_work",
    compare_type=True,
    render_item=lambda _kind, item, _context: (
        "sa.DateTime(timezone=True)"
        if isinstance(item, Moment)
        else "sa.String(length=30)"
        if isinstance(item, Exact)
        else False
    ),
)
with context.begin_transaction():
    context.run_migrations()
