"""Labels of images, and versions that classify beside those that segment."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ONE_CURRENT = "uq_versions_one_current"
IS_CURRENT = sa.text("status = 'current'")


def upgrade() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("shown", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name=op.f("fk_labels_image_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_labels_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sa.UniqueConstraint("image_id", "number", name=op.f("uq_labels_image_id_number")),
    )
    # Added in place: SQLite cannot rebuild a table that others refer to while foreign keys are watched.
    op.add_column("versions", sa.Column("purpose", sa.Text(), nullable=False, server_default="segment"))
    op.drop_index(ONE_CURRENT, table_name="versions")
    op.create_index(
        ONE_CURRENT,
        "versions",
        ["task_id", "purpose"],
        unique=True,
        sqlite_where=IS_CURRENT,
        postgresql_where=IS_CURRENT,
    )


def downgrade() -> None:
    op.drop_index(ONE_CURRENT, table_name="versions")
    op.drop_table("labels")
    op.execute(
        "DELETE FROM version_events WHERE version_id IN (SELECT id FROM versions WHERE purpose = 'classify')"
    )
    op.execute("DELETE FROM versions WHERE purpose = 'classify'")
    op.drop_column("versions", "purpose")
    op.create_index(
        ONE_CURRENT,
        "versions",
        ["task_id"],
        unique=True,
        sqlite_where=IS_CURRENT,
        postgresql_where=IS_CURRENT,
    )
