import { describe, expect, test } from 'vitest';
import { readProblem, readTokenError, UNREACHABLE } from './problem';

describe('an answer of the server', () => {
  test('its own words are shown', () => {
    const body = {
      title: 'No',
      detail: 'The name is too long.',
      remedy: 'Shorten it.',
      status: 422,
    };
    expect(readProblem(422, JSON.stringify(body))).toEqual({
      title: 'No',
      detail: 'The name is too long.',
      remedy: 'Shorten it.',
      canRetry: false,
    });
  });

  test.each([401, 404, 410, 503, 500, 418])('%i without words gets some', (status) => {
    const problem = readProblem(status, '<html>Bad Gateway</html>');
    for (const words of [problem.title, problem.detail, problem.remedy]) {
      expect(words).not.toBe('');
      expect(words).not.toContain('<html>');
    }
  });

  test('words that are no text are replaced', () => {
    expect(readProblem(410, '{"title": 7, "detail": "", "remedy": null}').title).toBe(
      'This call is over',
    );
  });

  test.each([
    [401, false],
    [404, false],
    [410, false],
    [422, false],
    [429, true],
    [500, true],
    [503, true],
  ])('%i: trying again makes sense: %s', (status, canRetry) => {
    expect(readProblem(status, '').canRetry).toBe(canRetry);
  });
});

describe('an error of the token source', () => {
  test('the answer is taken out of its text, over several lines', () => {
    const body = '{\n"title": "Closed",\n"detail": "received 503 / x"}';
    const error = new Error(`Error generating token from endpoint /tokens: received 410 / ${body}`);
    expect(readTokenError(error)).toMatchObject({
      title: 'Closed',
      detail: 'received 503 / x',
      canRetry: false,
    });
  });

  test.each([new TypeError('Failed to fetch'), undefined])('no answer at all: %s', (error) => {
    expect(readTokenError(error)).toBe(UNREACHABLE);
  });
});
