/** What delivers events: of the composition root, the part that knows all kinds of targets. */
import { SpawnedCommands } from "../adapters/commands/spawned-commands.ts";
import type { Logger } from "../adapters/telemetry/log.ts";
import type { Config } from "../config.ts";
import type { Ports } from "../ports/ports.ts";
import { OAuthTokens } from "../registry/events/oauth-tokens.ts";
import { RateLimits } from "../registry/events/rate-limits.ts";
import { EventDeliverer } from "../workers/deliver-events.ts";
import { type DeliveryWorker, startDeliveries } from "../workers/run-deliveries.ts";
import { openedOrganization } from "./opened-organization.ts";

export function eventDeliveries(ports: Ports, config: Config, log: Logger): DeliveryWorker {
  const { eventCommands, eventTimeoutMs, regions } = config;
  const organization = openedOrganization(ports, config);
  const rates = new RateLimits(ports.clock);
  const http = { rates, tokens: new OAuthTokens(ports), timeoutMs: eventTimeoutMs };
  const commands = new SpawnedCommands(eventCommands);
  const failed = (err: unknown) =>
    log.error({ event: "delivery", err }, "events could not be delivered");
  const deliverer = new EventDeliverer(
    ports,
    {
      ...{ http, commands, buses: { organization, regions } },
      commandFailed: (command, reason, said) =>
        log.warn({ event: "delivery", command, reason, said }, "a command failed"),
    },
    {
      failed,
      attempted: ({ target, delivery, outcome }) => {
        const { registry, rule, id } = target;
        const what = { ...registry, rule, target: id, eventId: delivery.eventId };
        if (outcome.kind === "failed" || outcome.kind === "refused") {
          const { kind, reason } = outcome;
          const attempt = delivery.attempts + 1;
          log.debug(
            { event: "delivery", ...what, attempt, outcome: kind, reason },
            "not delivered",
          );
        }
      },
    },
  );
  return startDeliveries(deliverer, failed);
}
