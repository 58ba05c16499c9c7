import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type InteropRegistry, transports } from "./registry.ts";

/**
 * What clients that are written in Go and need no daemon are started with: a home of their own, logins at
 * the registry where the Docker CLI would keep them, and trust in the registry's authority.
 */
export async function dockerConfigEnv(
  registry: InteropRegistry,
): Promise<Readonly<Record<string, string>>> {
  const home = join(registry.scratch, "home");
  const directory = join(home, ".docker");
  mkdirSync(directory, { recursive: true });
  const auth = Buffer.from(`AWS:${await registry.password()}`).toString("base64");
  const auths = Object.fromEntries(transports.map((way) => [registry.address(way), { auth }]));
  writeFileSync(join(directory, "config.json"), JSON.stringify({ auths }));
  return { HOME: home, DOCKER_CONFIG: directory, SSL_CERT_FILE: registry.caFile };
}
