"""webhooks out, playbooks, who spoke in which meeting, search over meetings"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

# SQLite: an index without the words themselves (they stand in `segments`), whose row ids stand in
# `search_lines`: those of a table with a text key change when the file is rewritten. A migration
# that makes `segments` or `meetings` anew (batch mode) drops their triggers and has to call
# `_make_triggers` again.
_SQLITE_INDEX = (
    """CREATE TABLE search_lines (
        id INTEGER PRIMARY KEY, segment_id TEXT NOT NULL, room_sid TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX search_lines_of ON search_lines (segment_id, room_sid)",
    """CREATE VIRTUAL TABLE search_words
    USING fts5(text, content='', tokenize="unicode61 remove_diacritics 2")""",
    """INSERT INTO search_lines (segment_id, room_sid)
    SELECT id, room_sid FROM segments ORDER BY started_at_ms""",
    """INSERT INTO search_lines (segment_id, room_sid)
    SELECT '', room_sid FROM meetings WHERE title <> ''""",
    """INSERT INTO search_words (rowid, text)
    SELECT search_lines.id, segments.text
    FROM search_lines JOIN segments ON segments.id = search_lines.segment_id""",
    """INSERT INTO search_words (rowid, text)
    SELECT search_lines.id, meetings.title FROM search_lines
    JOIN meetings ON meetings.room_sid = search_lines.room_sid
    WHERE search_lines.segment_id = ''""",
)


def _sqlite_trigger(name: str, event: str, *, old: str = '', new: str = '') -> str:
    """The parts `old` and `new` are (id of the segment, text) before and after."""
    steps = []
    if old:
        segment_id, text = old.split('|')
        where = f'segment_id = {segment_id} AND room_sid = old.room_sid'
        steps += [
            f"""INSERT INTO search_words (search_words, rowid, text)
            SELECT 'delete', id, {text} FROM search_lines WHERE {where};""",
            f'DELETE FROM search_lines WHERE {where};',
        ]
    if new:
        segment_id, text = new.split('|')
        steps += [
            f"""INSERT INTO search_lines (segment_id, room_sid)
            SELECT {segment_id}, new.room_sid WHERE {text} <> '';""",
            f"""INSERT INTO search_words (rowid, text) SELECT id, {text} FROM search_lines
            WHERE segment_id = {segment_id} AND room_sid = new.room_sid;""",
        ]
    return f"CREATE TRIGGER {name} AFTER {event} BEGIN {' '.join(steps)} END"


_SQLITE_TRIGGERS = {
    name: _sqlite_trigger(name, event, **parts)
    for name, event, parts in (
        ('search_segment_added', 'INSERT ON segments', {'new': 'new.id|new.text'}),
        (
            'search_segment_changed',
            'UPDATE OF text ON segments',
            {'old': 'old.id|old.text', 'new': 'new.id|new.text'},
        ),
        ('search_segment_removed', 'DELETE ON segments', {'old': 'old.id|old.text'}),
        ('search_title_added', 'INSERT ON meetings', {'new': "''|new.title"}),
        (
            'search_title_changed',
            'UPDATE OF title ON meetings',
            {'old': "''|old.title", 'new': "''|new.title"},
        ),
        ('search_title_removed', 'DELETE ON meetings', {'old': "''|old.title"}),
    )
}

# Postgres: accents are taken off as SQLite's tokenizer does. A database that is not in UTF-8
# cannot tell what an accent is.
_FOLD = r"""CREATE FUNCTION search_fold(text) RETURNS text
IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    IF getdatabaseencoding() <> 'UTF8' THEN RETURN $1; END IF;
    RETURN regexp_replace(normalize($1, NFD), '[\u0300-\u036f]', '', 'g');
END $$"""


def _of_meeting(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ['room_sid'], ['meetings.room_sid'], name=op.f(f'fk_{table}_room_sid'), ondelete='CASCADE'
    )


def upgrade() -> None:
    with op.batch_alter_table('rooms', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('guests_read', sa.String(length=16), server_default='none', nullable=False)
        )
    op.create_index('ix_meetings_newest', 'meetings', ['started_at_ms', 'room_sid'])
    op.create_table(
        'speakers',
        sa.Column('room_sid', sa.String(length=128), nullable=False),
        sa.Column('identity', sa.String(length=256), nullable=False),
        sa.Column('name', sa.String(length=256), nullable=False),
        sa.Column('role', sa.String(length=16), nullable=False),
        _of_meeting('speakers'),
        sa.PrimaryKeyConstraint('room_sid', 'identity', name=op.f('pk_speakers')),
    )
    op.execute(
        """INSERT INTO speakers (room_sid, identity, name, role)
        SELECT room_sid, speaker_identity, max(speaker_name), max(speaker_role) FROM segments
        GROUP BY room_sid, speaker_identity"""
    )
    op.create_table(
        'playbooks',
        sa.Column('name', sa.String(length=64), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('changed_at_ms', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_playbooks')),
    )
    op.create_table(
        'webhooks',
        sa.Column('id', sa.String(length=64), nullable=False),
        sa.Column('url', sa.Text(), nullable=False),
        sa.Column('events', sa.JSON(), nullable=False),
        sa.Column('secret', sa.String(length=128), nullable=False),
        sa.Column('with_words', sa.Boolean(), nullable=False),
        sa.Column('created_at_ms', sa.BigInteger(), nullable=False),
        sa.Column('looked_at_ms', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_webhooks')),
    )
    op.create_table(
        'deliveries',
        sa.Column('id', sa.String(length=64), nullable=False),
        sa.Column('webhook_id', sa.String(length=64), nullable=False),
        sa.Column('room_sid', sa.String(length=128), nullable=False),
        sa.Column('event', sa.String(length=32), nullable=False),
        sa.Column('subject', sa.String(length=256), nullable=False),
        sa.Column('happened_at_ms', sa.BigInteger(), nullable=False),
        sa.Column('created_at_ms', sa.BigInteger(), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('due_at_ms', sa.BigInteger(), nullable=False),
        sa.Column('last_result', sa.String(length=120), nullable=False),
        _of_meeting('deliveries'),
        sa.ForeignKeyConstraint(
            ['webhook_id'],
            ['webhooks.id'],
            name=op.f('fk_deliveries_webhook_id'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    )
    op.create_index('ix_deliveries_due', 'deliveries', ['state', 'due_at_ms'])
    op.create_index('ix_deliveries_room_sid', 'deliveries', ['room_sid'])
    if op.get_bind().dialect.name == 'sqlite':
        for statement in (*_SQLITE_INDEX, *_SQLITE_TRIGGERS.values()):
            op.execute(statement)
    else:
        op.execute(_FOLD)
        for name, table, column in (
            ('search_segment_words', 'segments', 'text'),
            ('search_title_words', 'meetings', 'title'),
        ):
            op.execute(
                f"CREATE INDEX {name} ON {table} "
                f"USING gin (to_tsvector('simple', search_fold({column})))"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for name in _SQLITE_TRIGGERS:
            op.execute(f'DROP TRIGGER {name}')
        op.execute('DROP TABLE search_words')
        op.execute('DROP TABLE search_lines')
    else:
        op.execute('DROP INDEX search_segment_words')
        op.execute('DROP INDEX search_title_words')
        op.execute('DROP FUNCTION search_fold(text)')
    for table in ('deliveries', 'webhooks', 'playbooks', 'speakers'):
        op.drop_table(table)
    op.drop_index('ix_meetings_newest', 'meetings')
    with op.batch_alter_table('rooms', schema=None) as batch_op:
        batch_op.drop_column('guests_read')
