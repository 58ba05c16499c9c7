import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DescribePullThroughCacheRulesCommand } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OciClient } from "../support/oci-client.ts";
import { registryClient, runImport } from "../support/takeover-run.ts";
import {
  missingFrom,
  pushRepository,
  SampleRepository,
  sampleRepository,
} from "../support/takeover-samples.ts";
import { type ContainerTools, openContainerTools } from "./container-tools.ts";
import { type OtherRegistry, startDockerRegistry } from "./docker-registry.ts";
import { buildImage, dockerArchive, writeOciLayout } from "./image.ts";
import { requireProgram } from "./programs.ts";
import { type InteropRegistry, openRegistry } from "./registry.ts";
import { succeed } from "./run-program.ts";

let registry: InteropRegistry;
let client: OciClient;
let tools: ContainerTools;
let other: OtherRegistry;
const samples = [sampleRepository("old/one"), sampleRepository("old/team/two")];

beforeAll(async () => {
  registry = await openRegistry();
  client = await registryClient(registry.server);
  tools = openContainerTools(registry);
  other = await startDockerRegistry(registry.scratch);
  const pusher = new OciClient(other.url);
  // As it has no list of referrers, clients keep these under tags of their own.
  for (const sample of samples) await pushRepository(pusher, sample);
});
afterAll(async () => {
  other?.process.kill();
  await tools?.close();
  await registry?.close();
});

/** Debian's registry, with a directory that can be read beside it. */
describe("Debian's docker-registry", () => {
  it("is taken over while it runs, by tag", async () => {
    const { code, report } = await runImport(
      registry.server,
      other.url,
      "--to",
      "live",
      "--verify",
    );
    expect([code, report.leftOut]).toEqual([0, []]);
    for (const sample of samples) {
      const untagged = [...sample.manifests.keys()].at(-1);
      const missing = await missingFrom(client, sample, `live/${sample.name}`);
      const manifests = missing.filter((each) => !each.includes("/blobs/"));
      expect(manifests).toEqual([`live/${sample.name}/manifests/${untagged}: 404`]);
    }
  });

  it("is taken over from its directory, with what has no tag", async () => {
    const words = [other.storage, "--to", "offline", "--verify"];
    const { code, report } = await runImport(registry.server, ...words);
    expect([code, report.leftOut]).toEqual([0, []]);
    for (const sample of samples) {
      expect(await missingFrom(client, sample, `offline/${sample.name}`)).toEqual([]);
    }
  });
});

describe("--serve-misses", () => {
  const image = "old/one/manifests/v1";
  const allowed = { ENTREPOT_EGRESS_ALLOW: "127.0.0.1/32" };
  const serve = (server: InteropRegistry, ...words: string[]) =>
    runImport(server.server, other.url, "--serve-misses", "14d", ...words);

  it("has what has not come yet given from there, and leaves what is pushed here since", async () => {
    const here = await openRegistry(undefined, allowed);
    try {
      const clientHere = await registryClient(here.server);
      const to = ["--to", "taken", "--repositories", "old/one"];
      const { code, report } = await serve(here, ...to);
      expect([code, report.images.sent > 0]).toEqual([0, true]);
      const until = Date.parse(report.missesServedUntil ?? "") - Date.now();
      expect(until).toBeGreaterThan(13 * 86_400_000);
      // Builds go on pushing there, and one begins to push here.
      const late = new SampleRepository("old/one");
      const { digest } = late.image("late", "late");
      await pushRepository(new OciClient(other.url), late);
      const tagged = async () => {
        const got = await clientHere.get("/v2/taken/old/one/manifests/late");
        return [got.status, got.headers.get("docker-content-digest")];
      };
      expect(await tagged()).toEqual([200, digest]);
      expect(await missingFrom(clientHere, late, "taken/old/one")).toEqual([]);
      const own = new SampleRepository("taken/old/one");
      const pushed = own.image("own", "late");
      await pushRepository(clientHere, own);
      expect(await tagged()).toEqual([200, pushed.digest]);
      // The same command gives it more time, and brings what there is by now.
      const again = await serve(here, ...to, "--keep-tags", "--verify");
      expect([again.code, again.report.leftOut]).toEqual([0, []]);
      expect(await tagged()).toEqual([200, pushed.digest]);
      // What is not taken over is missing, as if there were no rule.
      const apart = await clientHere.get("/v2/taken/old/team/two/manifests/v1");
      expect(apart.status).toBe(404);
    } finally {
      await here.close();
    }
  });

  it("D11: is refused, and leaves no rule, where the server may not go there", async () => {
    const here = await openRegistry();
    try {
      const words = [other.url, "--to", "taken", "--serve-misses", "1d"];
      const { code, report } = await runImport(here.server, ...words);
      expect([code, report.error]).toEqual([
        1,
        expect.stringContaining("can not serve misses from"),
      ]);
      const rules = await here.ecr.send(new DescribePullThroughCacheRulesCommand({}));
      expect(rules.pullThroughCacheRules).toEqual([]);
      expect((await (await registryClient(here.server)).get(`/v2/taken/${image}`)).status).toBe(
        404,
      );
    } finally {
      await here.close();
    }
  });
});

describe("what skopeo makes", () => {
  const skopeo = (...args: string[]) =>
    succeed(requireProgram("skopeo"), ["--insecure-policy", ...args], { env: tools.env });

  it.each(["oci", "oci-archive", "docker-archive"])(
    "%s comes, and is pulled again",
    async (kind) => {
      const images = [buildImage(), buildImage({ architecture: "arm64" })];
      const source = join(registry.scratch, `${kind}-source`);
      mkdirSync(source);
      writeOciLayout(source, kind === "docker-archive" ? images.slice(0, 1) : images, "v1");
      const file = join(registry.scratch, `${kind}.made`);
      const name = kind === "docker-archive" ? "team/app:v1" : "v1";
      await skopeo("copy", "--all", `oci:${source}:v1`, `${kind}:${file}:${name}`);
      const to = kind === "docker-archive" ? ["--to", "made"] : ["--to", `made/${kind}`];
      const { code, report } = await runImport(registry.server, file, ...to, "--verify");
      expect([code, report.leftOut, report.tags.set]).toEqual([0, [], 1]);
      const repository = kind === "docker-archive" ? "made/team/app" : `made/${kind}`;
      const from = `docker://${registry.address("plain HTTP")}/${repository}:v1`;
      const pulled = join(registry.scratch, `${kind}-pulled`);
      const login = `--src-creds=AWS:${await registry.password()}`;
      await skopeo("copy", "--all", "--src-tls-verify=false", login, from, `oci:${pulled}:v1`);
    },
  );

  it("an archive as docker save wrote it comes, too", async () => {
    const file = join(registry.scratch, "saved.tar");
    writeFileSync(file, dockerArchive(buildImage(), "example.com/saved/app:v2"));
    const { code } = await runImport(registry.server, file, "--to", "made", "--verify");
    expect(code).toBe(0);
    expect((await client.head("/v2/made/saved/app/manifests/v2")).status).toBe(200);
  });
});
