import { endWaivers } from "../registry/scanning/suppressions/end-waivers.ts";
import type { JobHandler } from "./job-handler.ts";

/** Tells of waivers that have ended. They do nothing from their end on, whenever this runs. */
export const endWaiversJob: JobHandler = {
  kind: "end-waivers",
  everyMs: 60_000,
  leaseMs: 60_000,
  run: (ports, _payload, { signal }) => endWaivers(ports, signal),
};
