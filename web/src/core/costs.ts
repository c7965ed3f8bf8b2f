import { type CostReport as Received, costReportSchema } from '../wire/costReport';
import { readMessage } from './message';

export type CostReport = Required<Received>;

/** What one model of one provider did and cost, in words. */
export interface CostRow {
  readonly key: string;
  readonly name: string;
  readonly usage: string;
  readonly cost: string;
}

/** Returns what the message says, or undefined if it is malformed or of a later protocol. */
export function readCosts(payload: Uint8Array): CostReport | undefined {
  return readMessage(costReportSchema, payload) as CostReport | undefined;
}

const UNITS: Readonly<Record<string, (amount: number) => string>> = {
  input_tokens: (amount) => `${count(amount)} tokens read`,
  cached_tokens: (amount) => `${count(amount)} of them cached`,
  output_tokens: (amount) => `${count(amount)} tokens written`,
  audio_seconds: (amount) => `${count(amount)} s of audio`,
  characters: (amount) => `${count(amount)} characters`,
};

function count(amount: number): string {
  return Math.round(amount).toLocaleString('en-US');
}

/** `0.1234` -> `$0.12`, `0.0004` -> `under $0.01`. */
export function formatMoney(amount: number, currency: string): string {
  const format = formatterOf(currency);
  if (amount > 0 && amount < 0.005) return `under ${format(0.01)}`;
  return format(amount);
}

function formatterOf(currency: string): (amount: number) => string {
  try {
    const format = new Intl.NumberFormat('en-US', { style: 'currency', currency });
    return (amount) => format.format(amount);
  } catch {
    // Three letters that are no currency code.
    return (amount) => `${amount.toFixed(2)} ${currency}`;
  }
}

export function describeProviders(report: CostReport): readonly CostRow[] {
  return report.providers.map(({ provider, model, usage = {}, estimated = false, cost = null }) => {
    const amounts = Object.entries(usage).filter(([, amount]) => amount > 0);
    const words = amounts.map(([unit, amount]) => UNITS[unit]?.(amount) ?? `${amount} ${unit}`);
    return {
      key: `${provider} ${model}`,
      name: model === '' || model === provider ? provider : `${provider} ${model}`,
      usage: [...words, ...(estimated ? ['partly estimated'] : [])].join(', '),
      cost: cost === null ? 'price unknown' : formatMoney(cost, report.currency),
    };
  });
}

/** Says what is spent, in the few words that fit beside the talking points. */
export function describeSpend(report: CostReport): string {
  const { call, call_cap: cap, currency } = report;
  const spent = formatMoney(call, currency);
  const more = report.providers.some(({ cost }) => (cost ?? null) === null) ? ' + unknown' : '';
  return cap === null ? `${spent}${more}` : `${spent}${more} of ${formatMoney(cap, currency)}`;
}

export function describeCap(spent: number, cap: number | null, currency: string): string {
  const amount = formatMoney(spent, currency);
  return cap === null ? `${amount}, no cap` : `${amount} of ${formatMoney(cap, currency)}`;
}

export function describeLevel(level: CostReport['level']): string {
  switch (level) {
    case 'normal':
      return '';
    case 'warning':
      return 'Most of a cap is spent.';
    case 'stepped_down':
      return 'A cap is near: the playbook advises, the local recognizer hears, and the call goes on.';
  }
}
