"""gaps of meetings, other lives of a room that belong to one meeting, and leaving workers"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def _of_meeting(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ['room_sid'], ['meetings.room_sid'], name=op.f(f'fk_{table}_room_sid'), ondelete='CASCADE'
    )


def upgrade() -> None:
    with op.batch_alter_table('meetings', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('kind', sa.String(length=16), server_default='call', nullable=False)
        )
        batch_op.add_column(sa.Column('seen_at_ms', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('title', sa.Text(), server_default='', nullable=False))
    with op.batch_alter_table('leases', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('leaving', sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column('wanted_by', sa.String(length=128), nullable=True))
    with op.batch_alter_table('workers', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('leaving', sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_table(
        'gaps',
        sa.Column('room_sid', sa.String(length=128), nullable=False),
        sa.Column('started_at_ms', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('ended_at_ms', sa.BigInteger(), nullable=False),
        sa.Column('reason', sa.String(length=32), nullable=False),
        sa.Column('transcript_sequence', sa.Integer(), nullable=False),
        _of_meeting('gaps'),
        sa.PrimaryKeyConstraint('room_sid', 'started_at_ms', name=op.f('pk_gaps')),
    )
    op.create_index('ix_gaps_meeting_order', 'gaps', ['room_sid', 'transcript_sequence'])
    op.create_table(
        'lives',
        sa.Column('life_sid', sa.String(length=128), nullable=False),
        sa.Column('room_sid', sa.String(length=128), nullable=False),
        sa.Column('began_at_ms', sa.BigInteger(), nullable=False),
        _of_meeting('lives'),
        sa.PrimaryKeyConstraint('life_sid', name=op.f('pk_lives')),
    )
    op.create_index(op.f('ix_lives_room_sid'), 'lives', ['room_sid'])


def downgrade() -> None:
    op.drop_table('lives')
    op.drop_table('gaps')
    with op.batch_alter_table('workers', schema=None) as batch_op:
        batch_op.drop_column('leaving')
    with op.batch_alter_table('leases', schema=None) as batch_op:
        batch_op.drop_column('wanted_by')
        batch_op.drop_column('leaving')
    with op.batch_alter_table('meetings', schema=None) as batch_op:
        for column in ('title', 'seen_at_ms', 'kind'):
            batch_op.drop_column(column)
