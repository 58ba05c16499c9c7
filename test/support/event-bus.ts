import { randomUUID } from "node:crypto";
import { HttpEgress } from "../../src/adapters/egress/http-egress.ts";
import { createApiDestination } from "../../src/operations/events/create-api-destination.ts";
import { createConnection } from "../../src/operations/events/create-connection.ts";
import { putRule } from "../../src/operations/events/put-rule.ts";
import { putTargets } from "../../src/operations/events/put-targets.ts";
import type { EventCommands } from "../../src/ports/event-commands.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { RegistryEvent } from "../../src/registry/events/event.ts";
import { OAuthTokens } from "../../src/registry/events/oauth-tokens.ts";
import { RateLimits } from "../../src/registry/events/rate-limits.ts";
import { eventRouter } from "../../src/registry/events/route-events.ts";
import type { Registry } from "../../src/registry/names.ts";
import { EventDeliverer } from "../../src/workers/deliver-events.ts";
import { account, deployment, openTestRegistry, type TestRegistry } from "./ecr.ts";
import { testOrganization } from "./organization.ts";

const noCommands: EventCommands = {
  names: new Set(),
  run: async () => ({ ok: false, reason: "none", said: "" }),
};

export interface BusOptions {
  readonly commands?: EventCommands;
  readonly timeoutMs?: number;
  /** Whether loopback addresses are listed. */
  readonly loopback?: boolean;
}

/** Rules, targets and their deliveries on real adapters; nothing goes out until `deliver`. */
export class TestBus {
  readonly registry: TestRegistry;
  readonly ports: Ports;
  readonly #options: BusOptions;
  readonly errors: unknown[] = [];
  readonly home: Registry = { account, region: deployment.region };

  constructor(registry: TestRegistry, options: BusOptions) {
    this.registry = registry;
    this.#options = options;
    const { loopback = true } = options;
    const isListed = (address: string) => loopback && address.startsWith("127.");
    this.ports = { ...registry.environment.ports, egress: new HttpEgress({ isListed }) };
    Object.assign(registry.environment, {
      ports: this.ports,
      deployment: { ...deployment, eventCommands: this.#commands.names },
    });
  }

  get #commands(): EventCommands {
    return this.#options.commands ?? noCommands;
  }

  get clock() {
    return this.registry.clock;
  }

  deliverer(): EventDeliverer {
    const { ports } = this;
    const { timeoutMs = 1_000 } = this.#options;
    const http = { rates: new RateLimits(ports.clock), tokens: new OAuthTokens(ports), timeoutMs };
    const buses = { organization: async () => testOrganization, regions: deployment.regions };
    const means = { http, commands: this.#commands, buses, commandFailed: () => undefined };
    const failed = (error: unknown) => void this.errors.push(error);
    return new EventDeliverer(ports, means, { attempted: () => undefined, failed });
  }

  /** What a worker does until nothing is due. Resolves to how often it took up a target. */
  async deliver(deliverer = this.deliverer()): Promise<number> {
    let begun = 0;
    for (;;) {
      const more = await deliverer.tick();
      if (more === 0) return begun;
      begun += more;
      await deliverer.settled();
    }
  }

  event(partition: string, detail: object = {}): RegistryEvent {
    return {
      ...{ id: randomUUID(), registry: this.home, at: this.clock.now(), source: "aws.ecr" },
      ...{ detailType: "ECR Image Action", resources: [], detail: { ...detail }, partition },
    };
  }

  async route(...events: RegistryEvent[]): Promise<RegistryEvent[]> {
    const route = eventRouter(this.ports);
    await this.ports.metadata.transaction((change) => route(change, events));
    return events;
  }

  /** A rule for all events with an API destination at the URL. Resolves to the destination's ARN. */
  async ruleTo(url: string, more: { rule?: string; target?: object; destination?: object } = {}) {
    const { rule = "all" } = more;
    await this.registry.ask(putRule, { Name: rule, EventPattern: '{"source":["aws.ecr"]}' });
    const { ConnectionArn } = await this.registry.ask(createConnection, {
      ...{ Name: rule, AuthorizationType: "API_KEY" },
      AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: "sesame" } },
    });
    const { ApiDestinationArn = "" } = await this.registry.ask(createApiDestination, {
      ...{ Name: rule, ConnectionArn, InvocationEndpoint: url, HttpMethod: "POST" },
      ...more.destination,
    });
    const target = { Id: "receiver", Arn: ApiDestinationArn, ...more.target };
    await this.registry.ask(putTargets, { Rule: rule, Targets: [target] });
    return ApiDestinationArn;
  }
}

export async function openTestBus(options: BusOptions = {}): Promise<TestBus> {
  return new TestBus(await openTestRegistry(), options);
}
