"""Tasks that nobody works on any more are put away, with everything in them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("put_away_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the copy of the database that lies beside it is the way back")
