"""recordings that were uploaded"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'uploads',
        sa.Column('room_sid', sa.String(length=128), nullable=False),
        sa.Column('source', sa.String(length=16), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('size_bytes', sa.BigInteger(), nullable=False),
        sa.Column('duration_ms', sa.BigInteger(), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('cause', sa.Text(), server_default='', nullable=False),
        sa.Column('position_ms', sa.BigInteger(), server_default='0', nullable=False),
        sa.Column('speed', sa.Float(), nullable=True),
        sa.Column('speakers', sa.Integer(), nullable=True),
        sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
        sa.Column('created_at_ms', sa.BigInteger(), nullable=False),
        sa.Column('changed_at_ms', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ['room_sid'],
            ['meetings.room_sid'],
            name=op.f('fk_uploads_room_sid'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('room_sid', name=op.f('pk_uploads')),
    )
    op.create_index('ix_uploads_state', 'uploads', ['state', 'created_at_ms'])


def downgrade() -> None:
    op.drop_table('uploads')
