"""The review of each image is copied beside it, so that the queue comes from an index; rules of review.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The newest verdict on the mask that counts that its own reviewer has not withdrawn.
NEWEST = """
    SELECT verdict FROM reviews WHERE reviews.revision_id = images.truth_revision_id
    AND verdict <> 'withdrawn' AND NOT EXISTS (
        SELECT 1 FROM reviews AS later WHERE later.revision_id = reviews.revision_id
        AND later.person_id = reviews.person_id AND later.id > reviews.id
    ) ORDER BY reviews.id DESC LIMIT 1
"""


def upgrade() -> None:
    op.add_column("tasks", sa.Column("review_rules", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("reviews", sa.Column("label_id", sa.Integer(), nullable=True))
    op.add_column("images", sa.Column("truth_person_id", sa.Integer(), nullable=True))
    op.add_column("images", sa.Column("review", sa.Text(), nullable=False, server_default="open"))
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE images SET truth_person_id = (SELECT person_id FROM revisions "
            f"WHERE revisions.id = images.truth_revision_id), review = COALESCE(({NEWEST}), 'open') "
            "WHERE truth_revision_id IS NOT NULL"
        )
    )
    op.create_index("ix_images_review", "images", ["task_id", "review", "position"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("the copy of the database that lies beside it is the way back")
