import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/registry/limits.ts";
import { settingList } from "../../src/settings/settings.ts";
import { startServer } from "../support/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const files = readdirSync(join(root, "deploy"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(root.length));

/** The groups of every match. */
function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]!);
}

describe("deployment files", () => {
  /** Variables of the compose file that are no settings of the server. */
  const ofCompose = ["ENTREPOT_IMAGE", "ENTREPOT_CPUS", "ENTREPOT_MEMORY"];
  const names = settingList.map(({ name }) => name as string);

  it.each(files)("%s names settings that there are, and no others", (file) => {
    const named = all(read(file), /\b(ENTREPOT_[A-Z_]*[A-Z])\b(?!_)/g);
    expect(named.filter((name) => !names.includes(name) && !ofCompose.includes(name))).toEqual([]);
  });

  it("ask for every value that the compose file refuses to go without", () => {
    const required = new Set(all(read("deploy/compose.yaml"), /\$\{(\w+):\?/g));
    const offered = all(read("deploy/env.example"), /^(\w+)=/gm);
    expect(required.size).toBeGreaterThan(5);
    expect([...required].filter((name) => !offered.includes(name))).toEqual([]);
  });

  it("let a stop take as long as it may", () => {
    const values = read("deploy/helm/entrepot/values.yaml");
    const [ofPod] = all(values, /^terminationGracePeriodSeconds: (\d+)$/gm).map(Number);
    const [pause] = all(values, /^preStopSeconds: (\d+)$/gm).map(Number);
    const stops = [
      ...all(read("deploy/compose.yaml"), /x-entrepot:[\s\S]*?stop_grace_period: (\d+)s/g),
      ...all(read("deploy/systemd/entrepot.service"), /^TimeoutStopSec=(\d+)$/gm),
      ofPod! - pause!,
    ].map(Number);
    expect(stops).toHaveLength(3);
    for (const seconds of stops) expect(seconds * 1000).toBeGreaterThan(limits.shutdownMs + 2_000);
  });

  it("bring into the build what the image copies from it", () => {
    const dockerfile = read("deploy/Dockerfile").replaceAll("\\\n", " ");
    const copied = all(dockerfile, /^COPY (?!--from)(.*)$/gm).flatMap((line) =>
      line.split(" ").slice(0, -1),
    );
    const allowed = all(read(".dockerignore"), /^!(.*?)\/?$/gm);
    const isAllowed = (path: string) =>
      allowed.some((name) => name === path || name.startsWith(`${path}/`));
    expect(copied).toContain("src");
    expect(copied.filter((path) => !isAllowed(path))).toEqual([]);
  });

  it("let the proxy pass on to the addresses that the replicas have", () => {
    const compose = read("deploy/compose.yaml");
    const replicas = all(compose, /^ {2}entrepot-\d:\n.*\n {4}networks:.*ipv4_address: ([\d.]+)/gm);
    const upstreams = all(read("deploy/nginx.conf"), /^\s+server ([\d.]+):5050/gm);
    expect(replicas).toHaveLength(2);
    expect(upstreams).toEqual(replicas);
    const [proxy] = all(compose, /^ {2}proxy:[\s\S]*?ipv4_address: ([\d.]+)/gm);
    expect(all(compose, /ENTREPOT_TRUSTED_PROXY: (\S+)/g)).toEqual([proxy]);
  });

  it("check every value of the chart by its schema", () => {
    const values = all(read("deploy/helm/entrepot/values.yaml"), /^(\w+):/gm);
    const schema = JSON.parse(read("deploy/helm/entrepot/values.schema.json")) as {
      additionalProperties: boolean;
      properties: Record<string, unknown>;
    };
    expect(schema.additionalProperties).toBe(false);
    expect(Object.keys(schema.properties).sort()).toEqual(["global", ...values].sort());
  });
});

describe("the image's health check", () => {
  it("tells a server that answers from one that does not, over HTTP and over TLS", async () => {
    const server = await startServer();
    const http = { ENTREPOT_HTTP: new URL(server.origin).host };
    const tls = { ENTREPOT_HTTP: "off", ENTREPOT_HTTPS: new URL(server.httpsOrigin).host };
    try {
      expect(await healthCheck(http)).toBe(0);
      expect(await healthCheck(tls)).toBe(0);
      expect(await healthCheck(http, "/readyz")).toBe(0);
      expect(await healthCheck(http, "/no-such-path")).toBe(1);
    } finally {
      await server.stop();
    }
    expect(await healthCheck(http)).toBe(1);
    expect(await healthCheck(tls)).toBe(1);
  });
});

async function healthCheck(settings: Record<string, string>, ...paths: string[]): Promise<number> {
  const program = join(root, "deploy/healthcheck.mjs");
  try {
    await promisify(execFile)(process.execPath, [program, ...paths], { env: settings });
    return 0;
  } catch (error) {
    return (error as { code: number }).code;
  }
}
