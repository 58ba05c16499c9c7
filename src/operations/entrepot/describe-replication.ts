import { registryOf } from "../../registry/identity/principal.ts";
import type { ReplicationCount } from "../../registry/replication/image-replication.ts";
import {
  destinationKey,
  replicationConfiguration,
} from "../../registry/replication/replication-configuration.ts";
import { destinationAnswer } from "../ecr/replication-shapes.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/** How far the copies to one destination are. */
export interface ReplicationStanding {
  readonly region: string;
  readonly registryId: string;
  /** Whether a rule names it still. */
  readonly isConfigured: boolean;
  readonly waitingImages: number;
  readonly failedImages: number;
  /** Deletions, and other changes that go along with images. */
  readonly waitingChanges: number;
  readonly failedChanges: number;
  /** How long that waits which waits longest. */
  readonly lagSeconds: number;
}

/** What waits to be copied from the caller's registry, what could not be, and since when. */
export const describeReplication = operation("entrepot:DescribeReplication", {
  input: request({}),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter"],
  async handle(_input, { ports, caller }): Promise<{ destinations: ReplicationStanding[] }> {
    const registry = registryOf(caller);
    const { rules } = await replicationConfiguration(ports, registry);
    const found = new Map<string, ReplicationStanding>();
    const noChanges = { waitingChanges: 0, failedChanges: 0 };
    const none = { waitingImages: 0, failedImages: 0, ...noChanges, lagSeconds: 0 };
    for (const destination of rules.flatMap(({ destinations }) => destinations)) {
      const standing = { ...destinationAnswer(destination), isConfigured: true, ...none };
      found.set(destinationKey(destination), standing);
    }
    const now = ports.clock.now();
    const { replications, replicationChanges } = ports.metadata;
    const add = (what: "Images" | "Changes", count: ReplicationCount) => {
      const key = destinationKey(count.destination);
      const before = found.get(key) ?? {
        ...{ ...destinationAnswer(count.destination), isConfigured: false, ...none },
      };
      const isFailed = count.status === "FAILED";
      const lagSeconds = isFailed ? 0 : Math.max(0, now - count.oldestAt) / 1000;
      found.set(key, {
        ...{ ...before, [`${isFailed ? "failed" : "waiting"}${what}`]: count.images },
        lagSeconds: Math.max(before.lagSeconds, lagSeconds),
      });
    };
    for (const count of await replications.countsOf(registry)) add("Images", count);
    for (const count of await replicationChanges.countsOf(registry)) add("Changes", count);
    return { destinations: [...found.values()] };
  },
});
