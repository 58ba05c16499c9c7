import { upstreamPlace } from "../../../registry/pull-through-cache/upstream-place.ts";

/** What one containerd is told of one registry. Source: containerd, "Registry Configuration". */
export interface HostsFile {
  /** The name of its directory: what containerd calls the registry. */
  readonly namespace: string;
  readonly text: string;
}

const hub = "registry-1.docker.io";

/** A file for each registry that a rule has a cache of. */
export function hostsFiles(upstreamUrls: readonly string[], mirror: URL): HostsFile[] {
  const places = upstreamUrls.flatMap((url) => upstreamPlace(url) ?? []);
  const byHost = new Map(places.map((place) => [place.host, place.origin]));
  return [...byHost].map(([host, origin]) => ({
    namespace: host === hub ? "docker.io" : host,
    text: [
      "# Written by entrepot mirror-config.",
      `server = ${JSON.stringify(origin)}`,
      "",
      `[host.${JSON.stringify(mirror.origin)}]`,
      '  capabilities = ["pull", "resolve"]',
      "",
    ].join("\n"),
  }));
}

/**
 * Docker's settings with the mirror in them, and all else as it was. Source: Docker, "daemon.json".
 * @throws Error for a text that is no JSON object
 */
export function dockerSettings(before: string, mirror: URL): string {
  const settings: unknown = before.trim() === "" ? {} : JSON.parse(before);
  if (typeof settings !== "object" || settings === null || Array.isArray(settings)) {
    throw new Error("it is no JSON object");
  }
  const known = settings as Readonly<Record<string, unknown>>;
  const mirrors = withText(known["registry-mirrors"], mirror.origin);
  const isPlain = mirror.protocol === "http:" && !isLoopback(mirror.hostname);
  const insecure = isPlain
    ? { "insecure-registries": withText(known["insecure-registries"], mirror.host) }
    : {};
  return `${JSON.stringify({ ...known, "registry-mirrors": mirrors, ...insecure }, undefined, 2)}\n`;
}

function withText(list: unknown, text: string): readonly unknown[] {
  const known: readonly unknown[] = Array.isArray(list) ? list : [];
  return known.includes(text) ? known : [text, ...known];
}

/** Docker takes plain HTTP there by itself. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\./.test(host);
}
