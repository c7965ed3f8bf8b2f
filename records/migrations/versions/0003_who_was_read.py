"""whose words a model read for a talking point"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('talking_points', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('read_identities', sa.JSON(), server_default='[]', nullable=False)
        )
    _assume_that_everything_was_read()


def _assume_that_everything_was_read() -> None:
    """Of earlier answers nobody knows what the model read: at most what had been said by then."""
    points = sa.table(
        'talking_points',
        sa.column('id', sa.String),
        sa.column('room_sid', sa.String),
        sa.column('source', sa.String),
        sa.column('sent_at_ms', sa.BigInteger),
        sa.column('read_identities', sa.JSON),
    )
    segments = sa.table(
        'segments',
        sa.column('room_sid', sa.String),
        sa.column('speaker_identity', sa.String),
        sa.column('started_at_ms', sa.BigInteger),
    )
    connection = op.get_bind()
    answers = sa.select(points.c.id, points.c.room_sid, points.c.sent_at_ms)
    for point_id, room_sid, sent_at_ms in connection.execute(
        answers.where(points.c.source == 'model')
    ).all():
        spoke = sa.select(segments.c.speaker_identity).distinct().where(
            segments.c.room_sid == room_sid, segments.c.started_at_ms <= sent_at_ms
        )
        read = sorted(connection.execute(spoke).scalars())
        connection.execute(
            points.update().where(points.c.id == point_id).values(read_identities=read)
        )


def downgrade() -> None:
    with op.batch_alter_table('talking_points', schema=None) as batch_op:
        batch_op.drop_column('read_identities')
