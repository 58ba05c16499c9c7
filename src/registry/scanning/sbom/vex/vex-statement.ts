import type { PackageUrl } from "../../package-url.ts";

export const vexStatuses = ["not_affected", "affected", "fixed", "under_investigation"] as const;

export type VexStatus = (typeof vexStatuses)[number];

/** What a statement is about. */
export interface VexProduct {
  /** Absent if it is about the part wherever that is. */
  readonly whole?: PackageUrl;
  /** A part of the product; absent if it is about the product itself. */
  readonly part?: PackageUrl;
}

/** What somebody says of vulnerabilities in products. Of several about the same, the latest counts. */
export interface VexStatement {
  /** All names of one vulnerability: `CVE-2024-1`, `GHSA-…`. */
  readonly vulnerabilities: readonly string[];
  readonly products: readonly VexProduct[];
  readonly status: VexStatus;
  /** `vulnerable_code_not_present` and the like. */
  readonly justification?: string;
  /** In words: why not, or what to do. */
  readonly impact?: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly author: string;
}

/** The reasons that OpenVEX 0.2.0 and CSAF 2 have for `not_affected`. */
export const vexJustifications: ReadonlySet<string> = new Set([
  "component_not_present",
  "vulnerable_code_not_present",
  "vulnerable_code_not_in_execute_path",
  "vulnerable_code_cannot_be_controlled_by_adversary",
  "inline_mitigations_already_exist",
]);
