import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import type { RunningServer } from "./server.ts";

export function ecrClient(server: RunningServer): ECRClient {
  const { origin: endpoint, accessKeyId, secretAccessKey } = server;
  const credentials = { accessKeyId, secretAccessKey };
  return new ECRClient({ endpoint, region: "us-east-1", credentials });
}

/** What `Authorization: Basic` takes. */
export async function tokenOf(server: RunningServer): Promise<string> {
  const client = ecrClient(server);
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
  client.destroy();
  return authorizationData?.[0]?.authorizationToken ?? "";
}
