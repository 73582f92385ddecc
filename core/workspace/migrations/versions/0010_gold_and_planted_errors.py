"""Gold images, and what reviewers said of errors that were planted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No foreign key, as with truth_revision_id: revisions refer to images already.
    op.add_column("images", sa.Column("gold_revision_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_images_task_id_gold_revision_id"), "images", ["task_id", "gold_revision_id"])
    op.create_table(
        "planted",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name=op.f("fk_planted_image_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_planted_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planted")),
    )
    op.create_index(op.f("ix_planted_image_id_person_id"), "planted", ["image_id", "person_id"])


def downgrade() -> None:
    raise NotImplementedError("the copy of the database that lies beside it is the way back")
