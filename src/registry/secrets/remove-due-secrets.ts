import type { Ports } from "../../ports/ports.ts";
import { noteService } from "../audit/service-event.ts";
import { secretArn } from "./secret.ts";
import { secretLimits } from "./secret-limits.ts";

/**
 * Removes the secrets whose recovery window is over, each in a transaction that looks again; resolves to
 * how many. What each was is noted in the trail, as Secrets Manager does.
 */
export async function removeDueSecrets(ports: Ports, signal: AbortSignal): Promise<number> {
  const now = ports.clock.now();
  let removed = 0;
  for (;;) {
    const due = await ports.metadata.secrets.due(now, secretLimits.removedAtOnce);
    let done = 0;
    for (const { registry, name, suffix } of due) {
      signal.throwIfAborted();
      const isRemoved = await ports.metadata.transaction(async ({ secrets, audit }) => {
        const secret = await secrets.lock(registry, name);
        const { deletion } = secret ?? {};
        if (secret?.suffix !== suffix || deletion === undefined || deletion.removeAt > now) {
          return false;
        }
        await secrets.remove(secret);
        await noteService(
          ports,
          { audit },
          {
            ...{ registry, eventSource: "secretsmanager.amazonaws.com" },
            ...{ eventName: "DeleteSecret", arn: secretArn(secret), details: { name } },
          },
        );
        return true;
      });
      if (isRemoved) done += 1;
    }
    removed += done;
    if (due.length < secretLimits.removedAtOnce || done === 0) return removed;
  }
}
