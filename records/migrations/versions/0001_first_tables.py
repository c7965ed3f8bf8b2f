"""first tables"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('leases',
    sa.Column('room_name', sa.String(length=128), nullable=False),
    sa.Column('holder', sa.String(length=128), nullable=False),
    sa.Column('expires_at_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('room_name', name=op.f('pk_leases'))
    )
    op.create_table('meetings',
    sa.Column('room_sid', sa.String(length=128), nullable=False),
    sa.Column('room_name', sa.String(length=128), nullable=False),
    sa.Column('started_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('ended_at_ms', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('room_sid', name=op.f('pk_meetings'))
    )
    with op.batch_alter_table('meetings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetings_room_name'), ['room_name'], unique=False)

    op.create_table('rooms',
    sa.Column('name', sa.String(length=128), nullable=False),
    sa.Column('playbook', sa.String(length=64), nullable=True),
    sa.Column('created_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('closed_at_ms', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_rooms'))
    )
    op.create_table('workers',
    sa.Column('id', sa.String(length=128), nullable=False),
    sa.Column('agent_name', sa.String(length=64), nullable=False),
    sa.Column('active_jobs', sa.Integer(), nullable=False),
    sa.Column('seen_at_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workers'))
    )
    op.create_table('segments',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('room_sid', sa.String(length=128), nullable=False),
    sa.Column('speaker_identity', sa.String(length=256), nullable=False),
    sa.Column('speaker_name', sa.String(length=256), nullable=False),
    sa.Column('speaker_role', sa.String(length=16), nullable=False),
    sa.Column('track_sid', sa.String(length=128), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('started_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('ended_at_ms', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['room_sid'], ['meetings.room_sid'], name=op.f('fk_segments_room_sid'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segments'))
    )
    with op.batch_alter_table('segments', schema=None) as batch_op:
        batch_op.create_index('ix_segments_meeting_order', ['room_sid', 'started_at_ms', 'id'], unique=False)

    op.create_table('talking_points',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('room_sid', sa.String(length=128), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=16), nullable=False),
    sa.Column('rule_id', sa.String(length=120), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('complete', sa.Boolean(), nullable=False),
    sa.Column('quote', sa.Text(), nullable=False),
    sa.Column('segment_id', sa.String(length=64), nullable=False),
    sa.Column('speaker_identity', sa.String(length=256), nullable=False),
    sa.Column('speaker_name', sa.String(length=256), nullable=False),
    sa.Column('heard_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('sent_at_ms', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['room_sid'], ['meetings.room_sid'], name=op.f('fk_talking_points_room_sid'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talking_points'))
    )
    with op.batch_alter_table('talking_points', schema=None) as batch_op:
        batch_op.create_index('ix_talking_points_meeting_order', ['room_sid', 'sequence'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('talking_points', schema=None) as batch_op:
        batch_op.drop_index('ix_talking_points_meeting_order')

    op.drop_table('talking_points')
    with op.batch_alter_table('segments', schema=None) as batch_op:
        batch_op.drop_index('ix_segments_meeting_order')

    op.drop_table('segments')
    op.drop_table('workers')
    op.drop_table('rooms')
    with op.batch_alter_table('meetings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetings_room_name'))

    op.drop_table('meetings')
    op.drop_table('leases')
