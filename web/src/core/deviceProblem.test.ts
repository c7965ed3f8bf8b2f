import { expect, test } from 'vitest';
import { describeDeviceProblem } from './deviceProblem';

test.each([
  ['NotAllowedError', 'The camera is blocked'],
  ['NotFoundError', 'No camera found'],
  ['NotReadableError', 'The camera is busy'],
  ['Insecure', 'No camera on this address'],
  ['SomethingNew', 'The camera did not start'],
])('%s is told as %j, with what to do', (name, title) => {
  const problem = describeDeviceProblem('camera', name);
  expect(problem.title).toBe(title);
  expect(problem.remedy).not.toBe('');
});
