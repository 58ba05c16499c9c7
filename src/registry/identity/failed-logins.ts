import type { Clock } from "../../ports/clock.ts";
import { clientNetwork } from "../client-network.ts";
import { limits } from "../limits.ts";

/**
 * Slows the guessing of secrets: at most `limits.failedLoginsPerMinute` failures from one address.
 *
 * What counts are failures, and a failure weighs less as time passes: the allowance comes back
 * evenly, one failure every few seconds, so nobody has to wait for a whole minute. While the
 * allowance is used up, every login from the address is refused unseen, the right one too: were it
 * let through, the answer would tell a guesser that this guess was right.
 *
 * So that one guesser does not lock out everybody behind the same NAT, a caller that signed in from
 * an address within `limits.knownCallerLifeMs` has an allowance of its own there. A guesser who
 * knows that caller's access key id as well can use up that one too, but no faster.
 *
 * An IPv6 address counts as its /64, which one host has to itself. Memory is bounded: past
 * `limits.failedLoginEntries` the entry that was touched longest ago is forgotten.
 */
export class FailedLogins {
  readonly #clock: Clock;
  readonly #failures = new Map<string, { level: number; at: number }>();
  readonly #known = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a login may be tried. `caller` is the access key id that it claims, if it claims one. */
  allow(address: string, caller?: string): boolean {
    return this.#level(this.#bucket(address, caller)) <= limits.failedLoginsPerMinute - 1;
  }

  /** Counts a login that failed. */
  record(address: string, caller?: string): void {
    const bucket = this.#bucket(address, caller);
    const level = Math.min(this.#level(bucket) + 1, limits.failedLoginsPerMinute);
    remember(this.#failures, bucket, { level, at: this.#clock.now() });
  }

  /** Makes the caller a known one at this address. Clears nothing. */
  succeeded(address: string, caller?: string): void {
    if (caller === undefined) return;
    remember(this.#known, pair(address, caller), this.#clock.now());
  }

  /** Seconds until `allow` can say yes again; 0 when it does now. */
  retryAfterSeconds(address: string, caller?: string): number {
    const over = this.#level(this.#bucket(address, caller)) - (limits.failedLoginsPerMinute - 1);
    return over <= 0 ? 0 : Math.ceil((over * 60) / limits.failedLoginsPerMinute);
  }

  #bucket(address: string, caller: string | undefined): string {
    if (caller === undefined) return clientNetwork(address);
    const seenAt = this.#known.get(pair(address, caller));
    if (seenAt === undefined) return clientNetwork(address);
    const fresh = this.#clock.now() - seenAt <= limits.knownCallerLifeMs;
    return fresh ? pair(address, caller) : clientNetwork(address);
  }

  #level(bucket: string): number {
    const entry = this.#failures.get(bucket);
    if (entry === undefined) return 0;
    // A clock that was set back must not add to anybody's failures.
    const minutes = Math.max(0, this.#clock.now() - entry.at) / 60_000;
    return Math.max(0, entry.level - minutes * limits.failedLoginsPerMinute);
  }
}

function remember<Value>(entries: Map<string, Value>, key: string, value: Value): void {
  entries.delete(key); // A Map keeps the order of insertion: what was touched last stands last.
  entries.set(key, value);
  if (entries.size <= limits.failedLoginEntries) return;
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}

function pair(address: string, caller: string): string {
  return `${clientNetwork(address)} ${caller}`;
}
