import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import type { Image } from "./image.ts";
import { isPullExcluded } from "./pull-time-exclusions.ts";
import type { PullTimes } from "./pull-times.ts";

type RecordingPorts = Pick<Ports, "metadata" | "memory" | "clock" | "onBehalfOf">;

/**
 * Remembers that the image was pulled just now, unless by a principal whose pulls do not count.
 * `undefined`: nothing is to be waited for, as with every pull but one in some seconds.
 */
export function recordPull(ports: RecordingPorts, image: Image): Promise<void> | undefined {
  const { pulls } = ports.memory;
  const at = ports.clock.now();
  if (!pulls.wants(image, at)) return undefined;
  const principal = ports.onBehalfOf?.principal;
  const isExcluded =
    principal !== undefined && isPullExcluded(ports, image.repository.registry, principal);
  if (typeof isExcluded !== "boolean") return recordUnlessExcluded(pulls, image, at, isExcluded);
  if (!isExcluded) pulls.add(image, at);
  return undefined;
}

async function recordUnlessExcluded(
  pulls: PullTimes,
  image: Image,
  at: number,
  excluded: Promise<boolean>,
): Promise<void> {
  try {
    if (!(await excluded)) pulls.add(image, at);
  } catch (error) {
    // The manifest is there to be given all the same; what may have been a pull keeps its image (I16).
    if (!isRegistryError(error, "ServiceUnavailable")) throw error;
    pulls.add(image, at);
  }
}

/**
 * Writes what this process knows of pulls, for whoever decides by them. Another replica's pulls are
 * written at most `limits.pullFlushMs` later than they are made, while its database takes writes.
 * @throws what the database does
 */
export function flushPulls({
  memory,
  metadata,
}: Pick<Ports, "memory" | "metadata">): Promise<void> {
  return memory.pulls.flush(metadata);
}
