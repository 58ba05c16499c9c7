import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { Copying } from "./copy-image.ts";
import type { Reach } from "./reach.ts";
import { optionFor, replicationOptions } from "./replication-options.ts";
import { targetOf } from "./target-of.ts";

/**
 * Copies of a repository's images to a destination, of the platforms that the options choose now.
 * @throws as `targetOf`
 */
export async function copyingOf(
  ports: Ports,
  reach: Reach,
  repository: Repository,
  destination: Registry,
): Promise<Copying> {
  const target = targetOf(ports, reach, repository, destination);
  const options = await replicationOptions(ports, repository.registry);
  const platforms = optionFor(options, destination, repository.name)?.platforms;
  return new Copying(ports, repository, target, platforms);
}
