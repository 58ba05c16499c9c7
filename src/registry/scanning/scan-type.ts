export const scanTypes = ["BASIC", "ENHANCED"] as const;
/** BASIC looks at packages of the system, ENHANCED at those of languages too. */
export type ScanType = (typeof scanTypes)[number];

export const scanFrequencies = ["SCAN_ON_PUSH", "CONTINUOUS_SCAN", "MANUAL"] as const;
export type ScanFrequency = (typeof scanFrequencies)[number];

export interface ScanningRule {
  readonly frequency: ScanFrequency;
  /** Which repositories it is for: any of the filters fits. */
  readonly filters: readonly string[];
}

/** How a registry's images are scanned. */
export interface ScanningConfiguration {
  readonly type: ScanType;
  readonly rules: readonly ScanningRule[];
}
