"""Images say which stack they are a slice of, drafts whether they were filled in between drawn slices."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place: SQLite cannot rebuild a table that others refer to while foreign keys are watched.
    op.add_column("images", sa.Column("stack", sa.Text(), nullable=True))
    op.add_column("drafts", sa.Column("filled", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_images_task_id_stack"), "images", ["task_id", "stack"])


def downgrade() -> None:
    op.drop_index(op.f("ix_images_task_id_stack"), table_name="images")
    op.drop_column("drafts", "filled")
    op.drop_column("images", "stack")
