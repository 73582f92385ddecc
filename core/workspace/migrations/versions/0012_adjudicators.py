"""Who has seen the readings of an image that differ, to settle it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adjudicators",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name=op.f("fk_adjudicators_image_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_adjudicators_person_id")),
        sa.PrimaryKeyConstraint("image_id", "person_id", name=op.f("pk_adjudicators")),
    )
    op.create_index(op.f("ix_adjudicators_person_id"), "adjudicators", ["person_id"])


def downgrade() -> None:
    raise NotImplementedError("the copy of the database that lies beside it is the way back")
