import { describe, expect, test } from 'vitest';
import { forgetInterims, type Line, mergeLine, readCaughtLine, readLine } from './transcript';

const GUEST = 'guest-0123456789ab-0123456789abcdef';
const HOST = 'host-0123456789ab-0123456789abcdef';

function attributes(changes: Record<string, string> = {}): Record<string, string> {
  return {
    'lk.segment_id': 's1',
    'lk.transcription_final': 'true',
    'lk.transcribed_track_id': 'TR_1',
    'sidenote.version': '1',
    'sidenote.speaker_identity': GUEST,
    'sidenote.speaker_name': 'Pat',
    'sidenote.speaker_role': 'guest',
    'sidenote.started_at_ms': '1000',
    'sidenote.ended_at_ms': '2000',
    'sidenote.sequence': '1',
    ...changes,
  };
}

function line(fields: Partial<Line> = {}): Line {
  return {
    key: 's1',
    identity: GUEST,
    name: 'Pat',
    role: 'guest',
    text: 'hello',
    final: true,
    startedAtMs: 1000,
    endedAtMs: 2000,
    sequence: 1,
    ...fields,
  };
}

const mergeAll = (...lines: Line[]) =>
  lines.reduce<readonly Line[]>((known, next) => mergeLine(known, next), []);

describe('reading', () => {
  test('a line says who spoke, when and what', () => {
    expect(readLine(attributes(), GUEST, ' hello ')).toEqual(line({ key: `${GUEST} s1` }));
  });

  test('nobody puts words into the mouth of another', () => {
    const forged = attributes({
      'sidenote.speaker_identity': HOST,
      'sidenote.speaker_role': 'host',
    });
    expect(readLine(forged, GUEST, 'I give it away for free')).toBeUndefined();
  });

  test('a guest is not shown as host', () => {
    expect(readLine(attributes({ 'sidenote.speaker_role': 'host' }), GUEST, 'hi')).toBeUndefined();
  });

  test('a caught-up segment is the line that its stream would have brought', () => {
    const caught = readCaughtLine({
      sequence: 1,
      segment_id: 's1',
      track_sid: 'TR_1',
      speaker_identity: GUEST,
      speaker_name: 'Pat',
      speaker_role: 'guest',
      started_at_ms: 1000,
      ended_at_ms: 2000,
      text: ' hello ',
    });
    expect(caught).toEqual(readLine(attributes(), GUEST, ' hello '));
  });

  test('two people who use the same segment id do not overwrite each other', () => {
    const host = attributes({ 'sidenote.speaker_identity': HOST, 'sidenote.speaker_role': 'host' });
    const own = readLine(attributes(), GUEST, 'mine');
    const other = readLine(host, HOST, 'theirs');
    expect(own?.key).not.toBe(other?.key);
  });

  test('a line of a later protocol version is refused', () => {
    expect(readLine(attributes({ 'sidenote.version': '2' }), GUEST, 'hi')).toBeUndefined();
  });

  test('a time that no calendar reaches is refused', () => {
    const late = attributes({ 'sidenote.started_at_ms': '8640000000000001' });
    expect(readLine(late, GUEST, 'hi')).toBeUndefined();
  });

  test('attributes of somebody else’s agent are refused', () => {
    expect(readLine({ 'lk.segment_id': 's1' }, GUEST, 'hi')).toBeUndefined();
  });
});

describe('merging', () => {
  test('a final replaces the interims of its segment in place', () => {
    const merged = mergeAll(
      line({ text: 'how', final: false, endedAtMs: 1200 }),
      line({ text: 'how much', final: false, endedAtMs: 1500 }),
      line({ key: 's2', startedAtMs: 1000, text: 'well' }),
      line({ text: 'How much is it?' }),
    );
    expect(merged.map(({ text, final }) => [text, final])).toEqual([
      ['How much is it?', true],
      ['well', true],
    ]);
  });

  test('lines that began together have one order, whichever came first', () => {
    const [a, b] = [line({ key: 'a' }), line({ key: 'b' })];
    expect(mergeAll(a, b)).toEqual(mergeAll(b, a));
  });

  test('a late interim replaces neither its final nor a newer interim', () => {
    const newer = line({ text: 'how much', final: false, endedAtMs: 1500 });
    const older = line({ text: 'how', final: false, endedAtMs: 1200 });
    expect(mergeAll(newer, older)).toEqual([newer]);
    expect(mergeAll(line(), older)).toEqual([line()]);
  });

  test('the same final twice counts once', () => {
    expect(mergeAll(line(), line())).toEqual([line()]);
  });

  test('lines stand in the order in which people began to speak', () => {
    const merged = mergeAll(
      line({ key: 'b', startedAtMs: 2 }),
      line({ key: 'c', startedAtMs: 3 }),
      line({ key: 'a', startedAtMs: 1 }),
    );
    expect(merged.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });

  test('a final that began elsewhere moves to its place', () => {
    const merged = mergeAll(
      line({ key: 'a', startedAtMs: 1, final: false }),
      line({ key: 'b', startedAtMs: 2 }),
      line({ key: 'a', startedAtMs: 3 }),
    );
    expect(merged.map(({ key }) => key)).toEqual(['b', 'a']);
  });

  test('a final without words takes its interim away', () => {
    expect(mergeAll(line({ final: false }), line({ text: '' }))).toEqual([]);
    expect(mergeAll(line({ text: '' }))).toEqual([]);
  });

  test('only so many lines are kept, the oldest go', () => {
    const known = mergeAll(line({ key: 'a', startedAtMs: 1 }), line({ key: 'b', startedAtMs: 2 }));
    const merged = mergeLine(known, line({ key: 'c', startedAtMs: 3 }), 2);
    expect(merged.map(({ key }) => key)).toEqual(['b', 'c']);
  });
});

test('interims that nobody will finish can be forgotten', () => {
  const known = mergeAll(line({ key: 'a' }), line({ key: 'b', final: false }));
  expect(forgetInterims(known).map(({ key }) => key)).toEqual(['a']);
});
