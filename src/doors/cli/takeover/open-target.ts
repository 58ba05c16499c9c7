import type { Egress } from "../../../ports/egress.ts";
import type { Client } from "../client.ts";
import { CommandError } from "../client.ts";
import { readTextFile } from "../ini-file.ts";
import type { Server } from "../server.ts";
import { ServerRegistry } from "./server-registry.ts";
import { ServerTarget } from "./server-target.ts";

/** The registry of whoever's key asks, in the region that is asked. @throws CommandError */
export async function openTarget(
  client: Client,
  server: Server,
  egress: Egress,
): Promise<ServerTarget> {
  return new ServerTarget(server, await openRegistry(client, server, egress));
}

export async function openRegistry(
  client: Client,
  server: Server,
  egress: Egress,
): Promise<ServerRegistry> {
  const authority = await readTextFile(client.authorityFile);
  const granted = async () => {
    const { authorizationData } = await server.call("ecr:GetAuthorizationToken", {});
    const [data] = authorizationData ?? [];
    if (data?.authorizationToken === undefined) {
      throw new CommandError(`${server.origin} gives no token`);
    }
    return { token: data.authorizationToken, endpoint: data.proxyEndpoint };
  };
  const { endpoint } = await granted();
  const { account } = await server.identity();
  // Any name leads to the default registry; the others have names of their own.
  const isDefault = account === client.account && server.region === client.region;
  return new ServerRegistry(egress, {
    origin: isDefault || endpoint === undefined ? server.origin : new URL(endpoint).origin,
    authorities: authority === "" ? [] : [authority],
    token: async () => (await granted()).token,
    now: () => server.now(),
  });
}
