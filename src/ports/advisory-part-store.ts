/**
 * Parts of indexes of advisories that all replicas of a fleet share, as a narrow table of the MetadataStore:
 * the same promises. Which index counts is a setting: see `SharedIndexes`.
 */
export interface AdvisoryPartReads {
  find(index: string, position: number): Promise<Uint8Array | undefined>;
}

export interface AdvisoryPartWrites {
  /** Overwrites. */
  put(index: string, position: number, content: Uint8Array): Promise<void>;
  /** Removes the parts of all indexes but that one. */
  removeOthers(index: string): Promise<void>;
}
