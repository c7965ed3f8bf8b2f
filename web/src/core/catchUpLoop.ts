/** What came of one question: there is more, that was all, the agent will not say, no answer. */
export type Outcome = 'more' | 'done' | 'refused' | 'failed';

const LONGEST_WAIT_MS = 15_000;

/** How long to wait after so many failures in a row. */
export function waitAfter(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures);
}

/**
 * Asks, one question at a time, until nothing is missing any more. A question that fails is
 * asked again, ever more slowly, until `stop`; what is requested meanwhile is asked afterwards.
 */
export class CatchUpLoop {
  private running = false;
  private again = false;
  private stopped = false;

  constructor(
    private readonly ask: () => Promise<Outcome>,
    private readonly wait: (ms: number) => Promise<void>,
  ) {}

  /** Resolves when nothing is missing, or when another call of this has taken the request over. */
  async request(): Promise<void> {
    this.again = true;
    if (this.running) return;
    this.running = true;
    let failures = 0;
    while (this.isWanted()) {
      this.again = false;
      const outcome = await this.askThrough();
      if (outcome !== 'failed') {
        failures = 0;
        continue;
      }
      failures += 1;
      this.again = true;
      await this.wait(waitAfter(failures));
    }
    this.running = false;
  }

  stop(): void {
    this.stopped = true;
  }

  private isWanted(): boolean {
    return this.again && !this.stopped;
  }

  private async askThrough(): Promise<Outcome> {
    let outcome: Outcome = 'more';
    while (outcome === 'more' && !this.stopped) outcome = await this.ask();
    return outcome;
  }
}
