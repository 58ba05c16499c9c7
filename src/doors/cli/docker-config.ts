import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What Docker on this machine is set to, as far as it concerns one registry. */
export interface DockerConfig {
  /** `Authorization: Basic …` without the scheme, where Docker keeps it in its file. */
  readonly auth: string | undefined;
  /** The program that keeps the login instead. */
  readonly helper: string | undefined;
  /** Whether the daemon may speak plain HTTP to the registry. */
  readonly isInsecure: boolean;
}

export async function dockerConfig(directory: string, host: string): Promise<DockerConfig> {
  const client = await jsonFile(join(directory, "config.json"));
  const daemon = await jsonFile("/etc/docker/daemon.json");
  const auth = member(member(member(client, "auths"), host), "auth");
  const helper = member(member(client, "credHelpers"), host) ?? member(client, "credsStore");
  const insecure = member(daemon, "insecure-registries");
  return {
    auth: typeof auth === "string" && auth !== "" ? auth : undefined,
    helper: typeof helper === "string" ? helper : undefined,
    isInsecure: Array.isArray(insecure) && insecure.includes(host),
  };
}

/** Where Docker looks for an authority to trust for that host. */
export function dockerAuthorityFile(host: string): string {
  return `/etc/docker/certs.d/${host}/ca.crt`;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

async function jsonFile(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined; // Absent, not ours to read, or no JSON, of which Docker itself complains.
  }
}
