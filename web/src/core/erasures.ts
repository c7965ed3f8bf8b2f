const ON_ITS_WAY_MS = 5_000;

/**
 * Remembers for a moment whose words were erased: an interim that was on its way then may arrive
 * after the message that erased it, and has no number that would tell.
 */
export class Erasures {
  private readonly erasedAtMs = new Map<string, number>();

  note(identity: string, nowMs: number): void {
    this.erasedAtMs.set(identity, nowMs);
  }

  covers(identity: string, nowMs: number): boolean {
    const erasedAtMs = this.erasedAtMs.get(identity);
    return erasedAtMs !== undefined && nowMs - erasedAtMs <= ON_ITS_WAY_MS;
  }
}
