import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";
import type { ReplicationTarget, SourceRepository } from "./copy-image.ts";
import { LocalTarget } from "./local-target.ts";
import { PeerTarget } from "./peer-target.ts";
import type { Reach } from "./reach.ts";
import { UnsupportedRegion } from "./replication-failure.ts";

/**
 * Where the repository's copies go.
 * @throws UnsupportedRegion when the way there is not known any more
 * @throws AccessDenied when it is not open to the repository's account: configurations outlive settings
 */
export function targetOf(
  ports: Ports,
  reach: Reach,
  repository: SourceRepository,
  destination: Registry,
): ReplicationTarget {
  const { regions, peers, peerAccounts } = reach;
  const { region } = destination;
  if (regions.includes(region)) return new LocalTarget(ports, reach, repository, destination);
  const peer = peers.get(region);
  if (peer === undefined) {
    throw new UnsupportedRegion(`The region ${region} is neither served here nor by a peer`);
  }
  const { account } = repository.registry;
  if (peerAccounts.get(region)?.has(account) !== true) {
    throw new RegistryError(
      "AccessDenied",
      `The way to region ${region} is not open to account ${account}`,
    );
  }
  return new PeerTarget(ports, peer, repository, destination);
}
