import { suppressedByFilter } from "../inspector/suppress-by-filter.ts";
import { vexSuppressor } from "./suppressions/vex-suppressor.ts";
import { waiverSuppressor } from "./suppressions/waiver-suppressor.ts";
import type { SuppressorOf } from "./suppressor.ts";

/** All that may suppress a finding: the first that does is told. */
export const suppressors: readonly SuppressorOf[] = [
  waiverSuppressor,
  vexSuppressor,
  suppressedByFilter,
];
