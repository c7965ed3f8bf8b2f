export type SenderKind = 'agent' | 'person';

interface Held<Message> {
  readonly message: Message;
  readonly identity: string;
  readonly receivedAtMs: number;
}

const HOLD_MS = 10_000;
const HELD_AT_MOST = 100;

/**
 * Lets only an agent's messages through. Every participant may send on every topic, and a
 * participant that publishes nothing is announced up to three seconds after it joined: what
 * comes from somebody unknown waits until the room says who that is, and is dropped when it is
 * no agent or nobody says so in time.
 */
export class SenderGate<Message> {
  private held: Held<Message>[] = [];

  constructor(private readonly onAccepted: (message: Message) => void) {}

  /** `identity` is what the media server wrote on the message; `kind` is undefined if unknown. */
  receive(
    message: Message,
    identity: string | undefined,
    kind: SenderKind | undefined,
    nowMs: number,
  ): void {
    if (kind === 'agent') this.onAccepted(message);
    if (kind !== undefined || !identity) return;
    this.dropExpired(nowMs);
    this.held.push({ message, identity, receivedAtMs: nowMs });
    // Full: the oldest goes, it is the least likely to be claimed.
    if (this.held.length > HELD_AT_MOST) this.held.shift();
  }

  /** Says who a participant is: its messages are delivered in their order, or dropped. */
  announce(identity: string, kind: SenderKind, nowMs: number): void {
    this.dropExpired(nowMs);
    const own = this.held.filter((held) => held.identity === identity);
    this.held = this.held.filter((held) => held.identity !== identity);
    if (kind === 'agent')
      own.forEach((held) => {
        this.onAccepted(held.message);
      });
  }

  private dropExpired(nowMs: number): void {
    this.held = this.held.filter((held) => nowMs - held.receivedAtMs <= HOLD_MS);
  }
}
