"""Who was named or has saved something, and who only looked or drew under the machine's account."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("persons", sa.Column("is_known", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    raise NotImplementedError("the copy of the database that lies beside it is the way back")
