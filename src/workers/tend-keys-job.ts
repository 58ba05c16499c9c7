import { tendKeys } from "../registry/kms/tend-keys.ts";
import type { JobHandler } from "./job-handler.ts";

/** Rotates keys of KMS when it is time, and destroys those whose deletion was waited for. */
export const tendKeysJob: JobHandler = {
  kind: "tend-keys",
  everyMs: 60_000,
  leaseMs: 60_000,
  async run(ports, _payload, { signal }) {
    await tendKeys(ports, signal);
  },
};
