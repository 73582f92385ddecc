"""Since when somebody is on the image that they looked at last, and their last sign there."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("last_looks", sa.Column("since", sa.DateTime(), nullable=True))
    op.add_column("last_looks", sa.Column("seen_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the copy of the database that lies beside it is the way back")
