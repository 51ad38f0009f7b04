"""entries"""
import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade():
    op.create_table("entry", sa.Column("id", sa.Integer, primary_key=True), sa.Column("day", sa.Date, nullable=False),
                    sa.Column("account", sa.String(40), nullable=False), sa.Column("amount", sa.Numeric(10, 2), nullable=False))


def downgrade():
    op.drop_table("entry")
