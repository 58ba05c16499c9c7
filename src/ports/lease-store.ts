/** A name that one holder has for a time. What has expired is free, whether its row is there or not. */
export interface Lease {
  readonly holder: string;
  readonly expiresAt: number;
}

/** Who does what just now, as a narrow table of the MetadataStore: the same promises. */
export interface LeaseReads {
  find(name: string): Promise<Lease | undefined>;
}

export interface LeaseWrites {
  /** Takes the name, or holds it for longer; false while another has it. One statement decides. */
  take(name: string, holder: string, now: number, until: number): Promise<boolean>;
  /** Moves the end of those of the names that the holder still has. */
  extend(names: readonly string[], holder: string, until: number): Promise<void>;
  /** Does nothing where another has the name. */
  release(name: string, holder: string): Promise<void>;
  /** Removes rows of leases that had expired at `now`; resolves to how many. */
  removeExpired(now: number, limit: number): Promise<number>;
}
