import { expect, test } from 'vitest';
import { describeRequestProblem } from './requestProblem';

test.each([
  [4000, 'Reload the page'],
  [1400, 'Reload the page'],
  [4003, 'Ask the host'],
  [5003, 'Try again in a moment'],
  [4029, 'Wait a moment and try again'],
  [1401, 'Wait a moment and try again'],
  [1501, 'Wait a moment and try again'],
  [1502, 'try again if it has not changed'],
  [1500, 'Try again'],
  [4004, 'Reload the page'],
  [4009, 'Look at what the page shows'],
  [undefined, 'Try again'],
])('code %s says what to do: %s', (code, remedy) => {
  const problem = describeRequestProblem('yes', code);
  expect(problem.title).not.toBe('');
  expect(problem.detail).not.toBe('');
  expect(problem.remedy).toContain(remedy);
});

test('a no that did not arrive says how not to be heard meanwhile', () => {
  expect(describeRequestProblem('no', 1501).remedy).toContain('mute your microphone');
  expect(describeRequestProblem('off_the_record', 1501).remedy).toContain('mute');
  expect(describeRequestProblem('yes', 1501).remedy).not.toContain('mute');
});

test('without an answer the page does not claim that nothing was done', () => {
  const { title, detail } = describeRequestProblem('erase', 1502);
  expect(title).toBe('Sidenote did not answer');
  expect(detail).toContain('not known');
});

test.each(['no', 'erase', 'off_the_record'] as const)(
  'the store is away: %s has stopped the listening, and is to be sent again',
  (request) => {
    const problem = describeRequestProblem(request, 5003);
    expect(problem.detail).toContain('transcribed any more, but');
    expect(problem.remedy).not.toContain('mute');
    expect(problem.canRetry).toBe(true);
  },
);

test.each(['no_sound', 'sound_no', 'sound_erase'] as const)(
  'the store is away: %s has stopped the recording, and is to be sent again',
  (request) => {
    const problem = describeRequestProblem(request, 5003);
    expect(problem.detail).toContain('recorded any more, but');
    expect(problem.canRetry).toBe(true);
    expect(describeRequestProblem(request, 1501).remedy).not.toBe('');
  },
);
