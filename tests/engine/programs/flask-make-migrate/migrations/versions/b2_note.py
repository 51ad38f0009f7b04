"""note on entries"""
import sqlalchemy as sa
from alembic import op

revision = "b2"
down_revision = "a1"


def upgrade():
    with op.batch_alter_table("entry") as t:
        t.add_column(sa.Column("note", sa.String(200)))
        t.create_index("ix_day", ["day"])


def downgrade():
    with op.batch_alter_table("entry") as t:
        t.drop_index("ix_day")
        t.drop_column("note")
