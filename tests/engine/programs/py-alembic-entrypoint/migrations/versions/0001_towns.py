import sqlalchemy as sa
from alembic import op
revision, down_revision = "0001", None
def upgrade():
    op.create_table("towns", sa.Column("name", sa.String, primary_key=True))
    op.execute("insert into towns values ('Ulm')")
