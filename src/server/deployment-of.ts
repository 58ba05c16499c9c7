import type { Config } from "../config.ts";
import type { PeerRegistries } from "../ports/peer-registry.ts";
import { version } from "../program-version.ts";
import type { Deployment } from "../registry/deployment.ts";
import { peerAccounts } from "../settings/peer-settings.ts";

type TakenPorts = Readonly<Record<"httpPort" | "httpsPort" | "publicPort", number | undefined>>;

/** What the registry knows of where it runs: by the settings, and the ports that were taken. */
export function deploymentOf(
  config: Config,
  taken: TakenPorts,
  peers: PeerRegistries = new Map(),
): Deployment {
  const { account, region, regions, domain, behindProxy } = config;
  const { upstreams, trashMs, readOnly, prices } = config;
  // Clients reach the proxy, at the port that HTTPS has by itself.
  const isProxied = behindProxy && domain !== "localhost";
  return {
    ...{ account, region, regions, domain, version, upstreams, trashMs, readOnly, prices },
    httpPort: isProxied ? undefined : taken.httpPort,
    httpsPort: isProxied ? 443 : taken.httpsPort,
    publicPort: isProxied ? undefined : taken.publicPort,
    eventCommands: new Set(config.eventCommands.keys()),
    trailTargets: new Set(config.trailTargets.keys()),
    peers,
    peerAccounts: peerAccounts(config.peers, account),
  };
}
