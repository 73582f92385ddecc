"""Run by Alembic: the connection comes from `core.workspace.sql.migrate`, already inside a transaction."""

from alembic import context

from core.workspace.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
