"""How good each version's mask of an image is thought to be."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("unsure", sa.Double(), nullable=False),
        sa.Column("guess", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name=op.f("fk_quality_image_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_quality_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality")),
        sa.UniqueConstraint("image_id", "version_id", name=op.f("uq_quality_image_id_version_id")),
    )
    op.create_index(
        op.f("ix_quality_version_id_score_image_id"),
        "quality",
        ["version_id", "score", "image_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("quality")
