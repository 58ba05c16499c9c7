import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../test/support/command-server.ts";
import type { ContainerRuntime } from "../../ports/container-runtime.ts";
import { putImage } from "../../registry/images/put-image.ts";
import type { Digest, RepositoryName } from "../../registry/names.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import type { ClientKey } from "./client.ts";
import { type InUseReport, keepReporting } from "./report-in-use.ts";

const repositoryName = "team/app";
let server: CommandServer;
let host: string;

beforeEach(async () => {
  server = await openCommandServer();
  host = new URL(server.client.httpUrl ?? "").host;
  for (const name of [repositoryName, "team/tool"]) {
    await server.ask("ecr:CreateRepository", { repositoryName: name });
  }
});
afterEach(() => server.close());

async function push(name: string, content: string): Promise<Digest> {
  const { ports } = server.store;
  const { account, region } = server.client;
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const manifest = { schemaVersion: 2, mediaType, manifests: [], annotations: { content } };
  const image = await putImage(ports, { account, region }, name as RepositoryName, {
    ...{ manifest: Buffer.from(JSON.stringify(manifest)), mediaType, digest: undefined },
    ...{ tags: [], repeat: "accept" },
  });
  return image.digest;
}

function runs(...references: string[]): ContainerRuntime {
  const running = references.map((reference) => {
    const [repository = "", digest = ""] = reference.split("@");
    return { repository, digest };
  });
  return { name: "a runtime", runningImages: async () => running };
}

const broken: ContainerRuntime = {
  name: "a broken runtime",
  runningImages: async () => Promise.reject(new Error("it is away")),
};

/** Of a repository, with who says so. */
async function inUse(name = repositoryName): Promise<string[]> {
  const { metadata, clock } = server.store.ports;
  const { account, region } = server.client;
  const found = await metadata.repositories.find({ account, region }, name as RepositoryName);
  const uses = await metadata.inUse.list(found as Repository, { limit: 99 }, clock.now());
  return uses.map(({ digest, reporter }) => `${digest} ${reporter}`);
}

const once = ["report-in-use", "--once", "--reporter", "node-a"];

describe("report-in-use --once", () => {
  it("reports what runs here and comes from the registry, by any of its hosts, once", async () => {
    const [app, tool] = [await push(repositoryName, "1"), await push("team/tool", "2")];
    server.runtimes = [
      runs(`${host}/${repositoryName}@${app}`, `elsewhere.example/${repositoryName}@${app}`),
      // The host in repositoryUri.
      runs(`${host}/${repositoryName}@${app}`, `localhost:5050/team/tool@${tool}`),
      runs("alpine", `${host}/Not A Name@${app}`, `${host}/team/app@md5:0`, `/team/app@${app}`),
    ];
    expect(await server.json<InUseReport>(once)).toEqual({
      reporter: "node-a",
      images: [
        { repositoryName, imageDigest: app },
        { repositoryName: "team/tool", imageDigest: tool },
      ],
      ...{ failures: [], problems: [] },
    });
    expect(await inUse()).toEqual([`${app} node-a`]);
    expect(await inUse("team/tool")).toEqual([`${tool} node-a`]);
  });

  it("takes other hosts that images are pulled from here by", async () => {
    const app = await push(repositoryName, "1");
    server.runtimes = [runs(`mirror.example:5443/${repositoryName}@${app}`)];
    const { images } = await server.json<InUseReport>([
      ...once,
      "--registry",
      "mirror.example:5443",
    ]);
    expect(images).toHaveLength(1);
  });

  it("reports more images than one call takes", async () => {
    const digests = [];
    for (let n = 0; n < 101; n++) digests.push(await push(repositoryName, String(n)));
    server.runtimes = [runs(...digests.map((digest) => `${host}/${repositoryName}@${digest}`))];
    const { images } = await server.json<InUseReport>(once);
    expect(images).toHaveLength(101);
    expect(await inUse()).toHaveLength(99); // As many as the test lists.
  });

  it("names what runs here and the registry does not have, which is no failure", async () => {
    const app = await push(repositoryName, "1");
    const gone = `sha256:${"0".repeat(64)}`;
    server.runtimes = [runs(`${host}/team/app@${app}`, `${host}/no/app@${gone}`)];
    const { code, out } = await server.run(once);
    expect(code).toBe(0);
    expect(out).toBe(
      `Reported 1 image in use as node-a.\n  team/app@${app}\n` +
        `The registry does not have no/app@${gone}, which runs here.\n`,
    );
  });

  it("fails where a runtime is away, and reports what the others say", async () => {
    const app = await push(repositoryName, "1");
    server.runtimes = [broken, runs(`${host}/team/app@${app}`)];
    const { code, error } = await server.run(once);
    expect([code, error]).toEqual([1, "entrepot: a broken runtime: it is away\n"]);
    expect(await inUse()).toEqual([`${app} node-a`]);
  });

  it("fails where the server is away, and says so", async () => {
    const { code, error } = await server.run(once, { httpUrl: "http://127.0.0.1:1" });
    expect(code).toBe(1);
    expect(error).toContain("http://127.0.0.1:1 cannot be reached");
  });

  it("reports the repositories that the caller may speak of, and fails for the others", async () => {
    const [app, tool] = [await push(repositoryName, "1"), await push("team/tool", "2")];
    await server.json(["user", "create", "node"]);
    const Resource = `arn:aws:ecr:*:*:repository/${repositoryName}`;
    const statement = { Effect: "Allow", Action: "entrepot:ReportImagesInUse", Resource };
    await server.ask("iam:PutUserPolicy", {
      ...{ UserName: "node", PolicyName: "report" },
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    });
    const made = await server.json<{ key: ClientKey }>(["key", "create", "node"]);
    server.runtimes = [runs(`${host}/team/app@${app}`, `${host}/team/tool@${tool}`)];
    const { code, error } = await server.run(once, { environmentKey: made.key });
    expect(code).toBe(1);
    expect(error.trim().split("\n")).toEqual([
      expect.stringMatching(/AccessDeniedException: User: .*user\/node .*repository\/team\/tool/),
    ]);
    expect([await inUse(), await inUse("team/tool")]).toEqual([[`${app} node-a`], []]);
  });

  it.each([
    [["--interval", "9"], "--interval takes 10 to 86400 seconds"],
    [["--expires", "59"], "--expires takes 60 to 2592000 seconds"],
    [["--expires", "1e3"], "--expires takes 60 to 2592000 seconds"],
  ])("takes no %j", async (words, sentence) => {
    const { code, error } = await server.run([...once, ...words]);
    expect([code, error]).toEqual([2, expect.stringContaining(sentence)]);
  });
});

describe("report-in-use", () => {
  it("must report again before what it said expires", async () => {
    const words = ["report-in-use", "--interval", "300", "--expires", "599"];
    const { code, error } = await server.run(words);
    expect([code, error]).toEqual([2, expect.stringContaining("--expires must be twice")]);
  });

  it("goes on until it is stopped, and tries again sooner where something was away", async () => {
    const stop = new AbortController();
    const report = (problems: string[]): InUseReport => ({
      ...{ reporter: "node-a", images: [], failures: [], problems },
    });
    const reports = [report([]), report(["it is away"]), report([])];
    const shown: InUseReport[] = [];
    const pauses: number[] = [];
    await keepReporting({
      report: async () => reports[shown.length] ?? report([]),
      show: (made) => void shown.push(made),
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
        if (pauses.length === reports.length) stop.abort();
      },
      ...{ stopped: stop.signal, intervalMs: 300_000 },
    });
    expect(shown).toEqual(reports);
    expect(pauses).toEqual([300_000, 30_000, 300_000]);
  });
});
