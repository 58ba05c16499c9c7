/** The time. Nothing else in Entrepot asks the machine for it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
