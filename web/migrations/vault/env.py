"""Run the migrations of the vault database on the connection the caller opened."""

from alembic import context

from web.store.base import Moment
from web.store.vault import VaultBase

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=VaultBase.metadata,
    version_table="alembic_version_vault",
    compare_type=True,
    render_item=lambda _kind, item, _context: "sa.DateTime(timezone=True)" if isinstance(item, Moment) else False,
)
with context.begin_transaction():
    context.run_migrations()
