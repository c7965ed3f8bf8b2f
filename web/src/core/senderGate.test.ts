import { expect, test } from 'vitest';
import { SenderGate } from './senderGate';

function openGate() {
  const accepted: string[] = [];
  const gate = new SenderGate<string>((message) => accepted.push(message));
  return { gate, accepted };
}

test('an agent is heard at once', () => {
  const { gate, accepted } = openGate();
  gate.receive('a', 'agent-1', 'agent', 0);
  expect(accepted).toEqual(['a']);
});

test('a person is never heard, not even when announced as an agent later', () => {
  const { gate, accepted } = openGate();
  gate.receive('a', 'guest-1', 'person', 0);
  gate.announce('guest-1', 'agent', 1);
  expect(accepted).toEqual([]);
});

test('what an unknown sender said is delivered in order once it proves to be an agent', () => {
  const { gate, accepted } = openGate();
  gate.receive('a', 'agent-1', undefined, 0);
  gate.receive('b', 'agent-1', undefined, 1);
  expect(accepted).toEqual([]);
  gate.announce('agent-1', 'agent', 3000);
  gate.announce('agent-1', 'agent', 3001);
  expect(accepted).toEqual(['a', 'b']);
});

test('what an unknown sender said is dropped when it proves to be a person', () => {
  const { gate, accepted } = openGate();
  gate.receive('a', 'guest-1', undefined, 0);
  gate.announce('guest-1', 'person', 10);
  gate.announce('guest-1', 'agent', 20);
  expect(accepted).toEqual([]);
});

test('the arrival of an agent does not vouch for another unknown sender', () => {
  const { gate, accepted } = openGate();
  gate.receive('a', 'guest-1', undefined, 0);
  gate.announce('agent-1', 'agent', 10);
  expect(accepted).toEqual([]);
});

test.each([undefined, ''])('a message without a sender (%j) is dropped', (identity) => {
  const { gate, accepted } = openGate();
  gate.receive('a', identity, undefined, 0);
  gate.announce('', 'agent', 1);
  expect(accepted).toEqual([]);
});

test('a message does not wait for ever', () => {
  const { gate, accepted } = openGate();
  gate.receive('a', 'agent-1', undefined, 0);
  gate.announce('agent-1', 'agent', 60_000);
  expect(accepted).toEqual([]);
});

test('a flood from strangers is bounded: the oldest messages go', () => {
  const { gate, accepted } = openGate();
  gate.receive('early', 'agent-1', undefined, 0);
  for (let count = 0; count < 100; count += 1) gate.receive('x', 'guest-1', undefined, 1);
  gate.receive('late', 'agent-1', undefined, 2);
  gate.announce('agent-1', 'agent', 3);
  expect(accepted).toEqual(['late']);
});
