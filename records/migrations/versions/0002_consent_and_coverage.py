"""consent and coverage"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('consents',
    sa.Column('room_name', sa.String(length=128), nullable=False),
    sa.Column('identity', sa.String(length=256), nullable=False),
    sa.Column('answer', sa.String(length=8), nullable=False),
    sa.Column('answered_at_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('room_name', 'identity', name=op.f('pk_consents'))
    )
    op.create_table('coverage',
    sa.Column('room_sid', sa.String(length=128), nullable=False),
    sa.Column('job_id', sa.String(length=128), nullable=False),
    sa.Column('identity', sa.String(length=256), nullable=False),
    sa.Column('report', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['room_sid'], ['meetings.room_sid'], name=op.f('fk_coverage_room_sid'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('room_sid', 'job_id', 'identity', name=op.f('pk_coverage'))
    )
    op.create_table('off_the_record',
    sa.Column('room_sid', sa.String(length=128), nullable=False),
    sa.Column('started_at_ms', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('ended_at_ms', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['room_sid'], ['meetings.room_sid'], name=op.f('fk_off_the_record_room_sid'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('room_sid', 'started_at_ms', name=op.f('pk_off_the_record'))
    )
    with op.batch_alter_table('rooms', schema=None) as batch_op:
        batch_op.add_column(sa.Column('consent', sa.String(length=16), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('rooms', schema=None) as batch_op:
        batch_op.drop_column('consent')

    op.drop_table('off_the_record')
    op.drop_table('coverage')
    op.drop_table('consents')
