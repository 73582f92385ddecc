"""Images say whom they were given to, tasks how they are shared."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place: SQLite cannot rebuild a table that others refer to while foreign keys are watched.
    op.add_column("tasks", sa.Column("shares", sa.JSON(), nullable=True))
    op.add_column("images", sa.Column("reader_id", sa.Integer(), nullable=True))
    op.create_index("ix_images_reader", "images", ["task_id", "reader_id", "position"])


def downgrade() -> None:
    op.drop_index("ix_images_reader", table_name="images")
    op.drop_column("images", "reader_id")
    op.drop_column("tasks", "shares")
