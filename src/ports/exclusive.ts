/** One holder at a time among all replicas. */
export interface Exclusive {
  /** A release function, or `undefined` while somebody else holds the name. */
  tryAcquire(name: string): Promise<(() => Promise<void>) | undefined>;
}
