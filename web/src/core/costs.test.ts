import { describe, expect, test } from 'vitest';
import {
  describeCap,
  describeLevel,
  describeProviders,
  describeSpend,
  formatMoney,
  readCosts,
} from './costs';

const REPORT = {
  at_ms: 1000,
  currency: 'USD',
  call: 0.4212,
  day: 3,
  call_cap: 2,
  level: 'normal',
  providers: [
    {
      provider: 'openai',
      model: 'gpt-4o-mini',
      usage: { input_tokens: 12_345, cached_tokens: 0, output_tokens: 200 },
      cost: 0.4212,
    },
    { provider: 'flite', model: '', usage: { characters: 80 }, cost: 0 },
  ],
};

const read = (report: object) => readCosts(new TextEncoder().encode(JSON.stringify(report)));
const report = read(REPORT);
if (!report) throw new Error('the report cannot be read');

test.each([
  [0, '$0.00'],
  [0.0004, 'under $0.01'],
  [0.1234, '$0.12'],
  [1234.5, '$1,234.50'],
])('%d is %s', (amount, words) => {
  expect(formatMoney(amount, 'USD')).toBe(words);
});

test('letters that are no currency are shown as they are', () => {
  expect(formatMoney(1, 'X!?')).toBe('1.00 X!?');
});

test('the few words beside the talking points: spend, cap, and that a price is unknown', () => {
  expect(describeSpend(report)).toBe('$0.42 of $2.00');
  expect(describeSpend({ ...report, call_cap: null })).toBe('$0.42');
  const unknown = { ...report, providers: [{ provider: 'ollama', model: 'x', cost: null }] };
  expect(describeSpend(unknown)).toBe('$0.42 + unknown of $2.00');
});

describe('each provider', () => {
  test('what it did, in its own figures', () => {
    expect(describeProviders(report)).toEqual([
      {
        key: 'openai gpt-4o-mini',
        name: 'openai gpt-4o-mini',
        usage: '12,345 tokens read, 200 tokens written',
        cost: '$0.42',
      },
      { key: 'flite ', name: 'flite', usage: '80 characters', cost: '$0.00' },
    ]);
  });

  test('a price that is not known is said so, and never taken for nothing', () => {
    const providers = [{ provider: 'groq', model: 'new', estimated: true }];
    expect(describeProviders({ ...report, providers })).toMatchObject([
      { usage: 'partly estimated', cost: 'price unknown' },
    ]);
  });
});

test('a cap, and a level, in words', () => {
  expect(describeCap(1, 2, 'USD')).toBe('$1.00 of $2.00');
  expect(describeCap(1, null, 'USD')).toBe('$1.00, no cap');
  expect(describeLevel('normal')).toBe('');
  expect(describeLevel('warning')).toContain('cap');
  expect(describeLevel('stepped_down')).toContain('playbook');
});

test.each([
  { ...REPORT, currency: 'US dollar' },
  { ...REPORT, call: -1 },
])('a report that makes no sense is refused', (wrong) => {
  expect(read(wrong)).toBeUndefined();
});
