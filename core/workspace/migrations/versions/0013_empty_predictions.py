"""How much of an image its prediction takes: one in which nothing was found looks like any other picture."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quality", sa.Column("foreground", sa.Double(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the copy of the database that lies beside it is the way back")
