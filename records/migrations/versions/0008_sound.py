"""the recorded sound of calls"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def _meeting() -> sa.Column[str]:
    return sa.Column('room_sid', sa.String(length=128), nullable=False)


def _of_meeting(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ['room_sid'], ['meetings.room_sid'], name=op.f(f'fk_{table}_room_sid'), ondelete='CASCADE'
    )


def upgrade() -> None:
    op.create_table(
        'sound_consents',
        sa.Column('room_name', sa.String(length=128), nullable=False),
        sa.Column('identity', sa.String(length=256), nullable=False),
        sa.Column('answer', sa.String(length=8), nullable=False),
        sa.Column('answered_at_ms', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('room_name', 'identity', name=op.f('pk_sound_consents')),
    )
    op.create_table(
        'sound_switches',
        _meeting(),
        sa.Column('on_since_ms', sa.BigInteger(), nullable=True),
        _of_meeting('sound_switches'),
        sa.PrimaryKeyConstraint('room_sid', name=op.f('pk_sound_switches')),
    )
    op.create_table(
        'sound_parts',
        sa.Column('id', sa.String(length=64), nullable=False),
        _meeting(),
        sa.Column('identity', sa.String(length=256), nullable=False),
        sa.Column('name', sa.String(length=256), nullable=False),
        sa.Column('format', sa.String(length=8), nullable=False),
        sa.Column('started_at_ms', sa.BigInteger(), nullable=False),
        sa.Column('duration_ms', sa.BigInteger(), nullable=True),
        sa.Column('erased', sa.Boolean(), server_default=sa.false(), nullable=False),
        _of_meeting('sound_parts'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sound_parts')),
    )
    op.create_index(
        'ix_sound_parts_meeting_order', 'sound_parts', ['room_sid', 'started_at_ms', 'id']
    )


def downgrade() -> None:
    for table in ('sound_parts', 'sound_switches', 'sound_consents'):
        op.drop_table(table)
