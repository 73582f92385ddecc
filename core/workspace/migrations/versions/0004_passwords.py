"""Passwords of persons, as hashes, for a lab that signs in without a service for it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("persons") as batch:
        batch.add_column(sa.Column("password_hash", sa.Text(), nullable=True))
