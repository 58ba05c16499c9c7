import type { Ports } from "../../ports/ports.ts";
import type { Route } from "../events/route.ts";
import { isPublicRegistry } from "../names.ts";
import { queueRepository } from "./index-repository.ts";

/**
 * Routes events, and has the gallery look at the public repositories whose images they say have changed:
 * in the transaction that takes the event out.
 */
export function indexPushed({ clock }: Pick<Ports, "clock">, route: Route): Route {
  return async (change, events) => {
    const taken = (await route(change, events)) ?? events.length;
    const seen = new Set<string>();
    for (const { registry, partition: id, source, replay } of events.slice(0, taken)) {
      if (source !== "aws.ecr" || replay !== undefined || !isPublicRegistry(registry)) continue;
      if (seen.has(id)) continue;
      seen.add(id);
      await queueRepository(change, { registry, id }, clock.now());
    }
    return taken;
  };
}
