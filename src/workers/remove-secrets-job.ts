import { removeDueSecrets } from "../registry/secrets/remove-due-secrets.ts";
import type { JobHandler } from "./job-handler.ts";

/** Removes secrets whose recovery window is over. */
export const removeSecretsJob: JobHandler = {
  kind: "remove-secrets",
  everyMs: 60_000,
  leaseMs: 60_000,
  async run(ports, _payload, { signal }) {
    await removeDueSecrets(ports, signal);
  },
};
