/** Images that are pushed and scanned, over ports that a server or a test registry has. */
import { eventRouter } from "../../src/registry/events/route-events.ts";
import { routeWaiting } from "../../src/registry/events/route-waiting.ts";
import { scanPushed } from "../../src/registry/scanning/scan-pushed.ts";
import type { JobHandler } from "../../src/workers/job-handler.ts";
import { JobRunner } from "../../src/workers/job-runner.ts";
import { scanImageJob } from "../../src/workers/scan-image-job.ts";
import { imageManifest, type TestRegistry } from "./ecr.ts";
import { file, layerArchive } from "./layer-archive.ts";
import type { TestPorts } from "./ports.ts";

/** A layer that has these packages of npm: `lodash@4.17.20`. */
export function npmLayer(...packages: readonly string[]): Uint8Array {
  return layerArchive(
    packages.map((each) => {
      const [name = "", version = ""] = each.split("@");
      const text = JSON.stringify({ name, version });
      return file(`app/node_modules/${name}/package.json`, text);
    }),
  );
}

/** What OSV says of one package of npm. */
export function npmAdvisory(id: string, name: string, fixed: string, more: object = {}): object {
  return {
    ...{ schema_version: "1.6.0", id, modified: "2026-08-01T00:00:00Z" },
    affected: [
      {
        package: { ecosystem: "npm", name },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
      },
    ],
    ...more,
  };
}

/** Pushes an image of these layers; says its digest. */
export async function pushLayers(
  registry: TestRegistry,
  repositoryName: string,
  layers: readonly Uint8Array[],
  { imageTag = "v1", architecture = "amd64" } = {},
): Promise<string> {
  const config = Buffer.from(JSON.stringify({ os: "linux", architecture, n: imageTag }));
  for (const content of [config, ...layers]) await registry.pushLayer(repositoryName, content);
  return registry.putManifest(repositoryName, imageManifest(config, ...layers), { imageTag });
}

const observer = {
  jobDone: () => undefined,
  jobFailed: ({ error }: { readonly error: unknown }) => {
    throw error;
  },
  workerFailed: () => undefined,
};

/** Routes what happened, and does the jobs that follow from it. */
export async function settleScans(
  { ports }: TestPorts,
  handlers: readonly JobHandler[] = [scanImageJob],
): Promise<void> {
  await routeWaiting(ports, scanPushed(ports, eventRouter(ports)));
  const runner = new JobRunner(ports, handlers, { observer });
  while ((await runner.tick()) > 0) await runner.settled();
}
