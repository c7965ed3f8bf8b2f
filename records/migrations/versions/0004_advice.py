"""what becomes of talking points, tasks, answers, briefs, usage, and what hosts have set"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def _meeting() -> sa.Column[str]:
    return sa.Column('room_sid', sa.String(length=128), nullable=False)


def _of_meeting(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ['room_sid'], ['meetings.room_sid'], name=op.f(f'fk_{table}_room_sid'), ondelete='CASCADE'
    )


def upgrade() -> None:
    with op.batch_alter_table('rooms', schema=None) as batch_op:
        batch_op.add_column(sa.Column('goal', sa.Text(), nullable=True))
    with op.batch_alter_table('segments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sequence', sa.Integer(), server_default='0', nullable=False))
        batch_op.create_index('ix_segments_meeting_sequence', ['room_sid', 'sequence'])
    with op.batch_alter_table('talking_points', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answer', sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column('state', sa.String(length=16), server_default='shown', nullable=False)
        )
        batch_op.add_column(
            sa.Column('pinned', sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column('useful', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('expires_at_ms', sa.BigInteger(), nullable=True))
    op.create_table(
        'tasks',
        sa.Column('id', sa.String(length=64), nullable=False),
        _meeting(),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('sequence', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('proposes', sa.String(length=16), nullable=False),
        sa.Column('changes_task_id', sa.String(length=64), nullable=True),
        sa.Column('what', sa.Text(), nullable=False),
        sa.Column('who', sa.String(length=256), nullable=False),
        sa.Column('due', sa.String(length=32), nullable=False),
        sa.Column('due_spoken', sa.String(length=120), nullable=False),
        sa.Column('priority', sa.String(length=16), nullable=False),
        sa.Column('quote', sa.Text(), nullable=False),
        sa.Column('segment_id', sa.String(length=64), nullable=False),
        sa.Column('host_identity', sa.String(length=256), nullable=False),
        sa.Column('created_at_ms', sa.BigInteger(), nullable=False),
        sa.Column('changed_at_ms', sa.BigInteger(), nullable=False),
        sa.Column('announced', sa.Boolean(), server_default=sa.false(), nullable=False),
        _of_meeting('tasks'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_tasks')),
    )
    op.create_index('ix_tasks_meeting_order', 'tasks', ['room_sid', 'sequence'])
    op.create_table(
        'answers',
        sa.Column('id', sa.String(length=64), nullable=False),
        _meeting(),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('sequence', sa.Integer(), nullable=False),
        sa.Column('content', sa.Text(), nullable=False),
        _of_meeting('answers'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_answers')),
    )
    op.create_index('ix_answers_meeting_order', 'answers', ['room_sid', 'sequence'])
    op.create_table(
        'erasures',
        _meeting(),
        sa.Column('identity', sa.String(length=256), nullable=False),
        sa.Column('transcript_sequence', sa.Integer(), nullable=False),
        sa.Column('sequence', sa.Integer(), nullable=False),
        _of_meeting('erasures'),
        sa.PrimaryKeyConstraint('room_sid', 'identity', name=op.f('pk_erasures')),
    )
    op.create_table(
        'briefs',
        sa.Column('room_name', sa.String(length=128), nullable=False),
        sa.Column('document', sa.String(length=256), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('by_page', sa.Boolean(), nullable=False),
        sa.Column('given_at_ms', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('room_name', 'document', name=op.f('pk_briefs')),
    )
    op.create_table(
        'usage',
        _meeting(),
        sa.Column('day', sa.String(length=10), nullable=False),
        sa.Column('provider', sa.String(length=64), nullable=False),
        sa.Column('model', sa.String(length=120), nullable=False),
        sa.Column('usage', sa.Text(), nullable=False),
        sa.Column('estimated', sa.Boolean(), nullable=False),
        sa.Column('currency', sa.String(length=3), nullable=False),
        sa.Column('cost', sa.Float(), nullable=True),
        _of_meeting('usage'),
        sa.PrimaryKeyConstraint('room_sid', 'day', 'provider', 'model', name=op.f('pk_usage')),
    )
    op.create_index(op.f('ix_usage_day'), 'usage', ['day'])
    op.create_table(
        'call_states',
        _meeting(),
        sa.Column('paused', sa.Boolean(), nullable=False),
        sa.Column('muted', sa.Boolean(), nullable=False),
        sa.Column('playbook', sa.String(length=64), nullable=False),
        sa.Column('goal', sa.Text(), nullable=False),
        sa.Column('instruction', sa.Text(), nullable=False),
        _of_meeting('call_states'),
        sa.PrimaryKeyConstraint('room_sid', name=op.f('pk_call_states')),
    )


def downgrade() -> None:
    for table in ('call_states', 'usage', 'briefs', 'erasures', 'answers', 'tasks'):
        op.drop_table(table)
    with op.batch_alter_table('talking_points', schema=None) as batch_op:
        for column in ('expires_at_ms', 'useful', 'pinned', 'state', 'answer'):
            batch_op.drop_column(column)
    with op.batch_alter_table('segments', schema=None) as batch_op:
        batch_op.drop_index('ix_segments_meeting_sequence')
        batch_op.drop_column('sequence')
    with op.batch_alter_table('rooms', schema=None) as batch_op:
        batch_op.drop_column('goal')
