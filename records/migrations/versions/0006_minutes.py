"""minutes, work that waits, profiles"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def _of_meeting(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ['room_sid'], ['meetings.room_sid'], name=op.f(f'fk_{table}_room_sid'), ondelete='CASCADE'
    )


def upgrade() -> None:
    op.create_table(
        'minutes',
        sa.Column('room_sid', sa.String(length=128), nullable=False),
        sa.Column('template', sa.String(length=64), nullable=False),
        sa.Column('profile_id', sa.String(length=64), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('written_at_ms', sa.BigInteger(), nullable=False),
        sa.Column('content', sa.Text(), nullable=True),
        _of_meeting('minutes'),
        sa.PrimaryKeyConstraint('room_sid', 'template', 'profile_id', name=op.f('pk_minutes')),
    )
    op.create_table(
        'work',
        sa.Column('id', sa.String(length=64), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('room_sid', sa.String(length=128), nullable=False),
        sa.Column('template', sa.String(length=64), nullable=False),
        sa.Column('profile_id', sa.String(length=64), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('due_at_ms', sa.BigInteger(), nullable=False),
        sa.Column('holder', sa.String(length=128), nullable=False),
        sa.Column('holder_until_ms', sa.BigInteger(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        _of_meeting('work'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_work')),
    )
    op.create_index(
        'ix_work_of_meeting', 'work', ['room_sid', 'kind', 'template', 'profile_id'], unique=True
    )
    op.create_index('ix_work_due', 'work', ['state', 'due_at_ms'])
    op.create_table(
        'profiles',
        sa.Column('id', sa.String(length=64), nullable=False),
        sa.Column('name', sa.String(length=256), nullable=False),
        sa.Column('role', sa.String(length=256), nullable=False),
        sa.Column('keywords', sa.JSON(), nullable=False),
        sa.Column('projects', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_profiles')),
    )


def downgrade() -> None:
    for table in ('profiles', 'work', 'minutes'):
        op.drop_table(table)
