import { putRegistryScanningConfiguration } from "../../src/operations/ecr/put-registry-scanning-configuration.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { eventRouter } from "../../src/registry/events/route-events.ts";
import { routeWaiting } from "../../src/registry/events/route-waiting.ts";
import type { Region } from "../../src/registry/names.ts";
import { scanPushed } from "../../src/registry/scanning/scan-pushed.ts";
import { endWaivers } from "../../src/registry/scanning/suppressions/end-waivers.ts";
import { JobRunner } from "../../src/workers/job-runner.ts";
import { scanImageJob } from "../../src/workers/scan-image-job.ts";
import { account, callerOf, digestOf, imageManifest, TestRegistry } from "./ecr.ts";
import { file, layerArchive } from "./layer-archive.ts";
import { type TestPorts, testPorts } from "./ports.ts";
import { TestAdvisories } from "./scanner.ts";

const status = (name: string, version: string) =>
  `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nArchitecture: amd64\nMaintainer: Debian <a@debian.org>\n\n`;

/** Debian 12 with an openssl that has CVE-2023-1111. */
export const debianLayer = layerArchive([
  file("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'),
  file("var/lib/dpkg/status", status("openssl", "3.0.9-1")),
]);
/** A lodash that has CVE-2021-23337, alias GHSA-35jh-r3h4-6jhm. */
export const lodashLayer = layerArchive([
  file("app/node_modules/lodash/package.json", '{"name":"lodash","version":"4.17.20"}'),
]);

export const advisory = (
  id: string,
  ecosystem: string,
  name: string,
  fixed: string,
  more: object,
) => ({
  ...{ schema_version: "1.6.0", id, modified: "2026-08-01T00:00:00Z" },
  affected: [
    {
      package: { ecosystem, name },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
    },
  ],
  ...more,
});

const known = [
  advisory("DEBIAN-CVE-2023-1111", "Debian:12", "openssl", "3.0.11-1", {
    upstream: ["CVE-2023-1111"],
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
  }),
  advisory("GHSA-35jh-r3h4-6jhm", "npm", "lodash", "4.17.21", {
    aliases: ["CVE-2021-23337"],
    database_specific: { severity: "HIGH" },
  }),
];

/** Asked in one region, by root where nobody else is named. */
class RegionalRegistry extends TestRegistry {
  readonly #region: Region;

  constructor(opened: TestPorts, region: Region) {
    super(opened);
    this.#region = region;
  }

  override ask<Asked extends Operation>(
    operation: Asked,
    input: unknown,
    caller = { ...callerOf(account), region: this.#region },
  ) {
    return super.ask(operation, input, caller);
  }
}

/** A registry that scans what is pushed to it, on real adapters, once it is told to `settle`. */
export class ScannedRegistry {
  readonly opened: TestPorts;
  readonly registry: TestRegistry;
  readonly advisories: TestAdvisories;
  readonly #pushed = new Set<string>();

  private constructor(opened: TestPorts, advisories: TestAdvisories, region: Region) {
    this.opened = opened;
    this.advisories = advisories;
    this.registry = new RegionalRegistry(opened, region);
  }

  /** Scans by the enhanced type, whatever is pushed. */
  static async open(...repositories: readonly string[]): Promise<ScannedRegistry> {
    return ScannedRegistry.over(await testPorts(), "us-east-1" as Region, ...repositories);
  }

  /** The same on what is open already, in another region. */
  static async over(
    opened: TestPorts,
    region: Region,
    ...repositories: readonly string[]
  ): Promise<ScannedRegistry> {
    const advisories = await TestAdvisories.open();
    await advisories.import(...known);
    Object.assign(opened.ports, { vulnerabilities: advisories.database });
    const scanned = new ScannedRegistry(opened, advisories, region);
    for (const name of repositories) await scanned.registry.createRepository(name);
    await scanned.registry.ask(putRegistryScanningConfiguration, {
      scanType: "ENHANCED",
      rules: [],
    });
    return scanned;
  }

  async close(): Promise<void> {
    await this.registry.close();
    await this.advisories.close();
  }

  /** The same layer again is there already. */
  async pushLayer(repositoryName: string, content: Uint8Array): Promise<void> {
    const layer = `${repositoryName} ${digestOf(content)}`;
    if (this.#pushed.has(layer)) return;
    this.#pushed.add(layer);
    await this.registry.pushLayer(repositoryName, content);
  }

  /** @param more of the config */
  async push(
    repositoryName: string,
    imageTag: string,
    layers: readonly Uint8Array[],
    more: object = {},
  ): Promise<string> {
    const about = { os: "linux", architecture: "amd64", n: imageTag, ...more };
    const config = Buffer.from(JSON.stringify(about));
    for (const content of [config, ...layers]) await this.pushLayer(repositoryName, content);
    const manifest = imageManifest(config, ...layers);
    return this.registry.putManifest(repositoryName, manifest, { imageTag });
  }

  /** Routes what happened, and does the jobs that follow from it. */
  async settle(): Promise<void> {
    const { ports } = this.opened;
    const route = () => routeWaiting(ports, scanPushed(ports, eventRouter(ports)));
    await route();
    await endWaivers(ports);
    const runner = new JobRunner(ports, [scanImageJob], { observer });
    while ((await runner.tick()) > 0) await runner.settled();
    await route();
  }
}

const observer = {
  jobDone: () => undefined,
  jobFailed: ({ error }: { readonly error: unknown }) => {
    throw error;
  },
  workerFailed: () => undefined,
};
