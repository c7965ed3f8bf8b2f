import { expect, test } from 'vitest';
import { describeLength, kindOf, refuseFile } from './briefs';

test.each([
  ['prices.md', 'text/markdown'],
  ['NOTES.TXT', 'text/plain'],
  ['v1.2 offer.pdf', 'application/pdf'],
  ['offer.docx', undefined],
  ['pdf', undefined],
  ['a.constructor', undefined],
])('%s is %s', (name, kind) => {
  expect(kindOf(name)).toBe(kind);
});

test('a file that would be refused is not sent', () => {
  expect(refuseFile('a.md', 10)).toBeUndefined();
  expect(refuseFile('a.docx', 10)?.detail).toContain('Markdown');
  expect(refuseFile('a.md', 3_000_000)?.detail).toContain('2 MB');
  expect(refuseFile('a.md', 0)?.detail).toContain('empty');
});

test.each([
  [1, false, '1 line'],
  [40, false, '40 lines'],
  [2, true, '2 pages'],
])('%d, by page %s: %s', (lines, by_page, words) => {
  expect(describeLength({ document: 'a', lines, by_page, given_at_ms: 0 })).toBe(words);
});
