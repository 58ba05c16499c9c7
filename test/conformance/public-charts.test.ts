/** Charts of public repositories, as clients find them that know nothing of OCI. */
import {
  CreateRepositoryCommand,
  ECRPUBLICClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callServer } from "../../src/doors/cli/call-server.ts";
import type { Digest } from "../../src/registry/names.ts";
import { parseChart } from "../../src/registry/public/chart-fields.ts";
import { chartIndex } from "../../src/registry/public/chart-index.ts";
import { chartTypes } from "../../src/registry/public/charts.ts";
import { PublicClient, sha256 } from "../support/public-client.ts";
import { type RunningServer, startServer } from "../support/server.ts";

let server: RunningServer;
let publisher: PublicClient;
let nobody: PublicClient;
/** `<alias>/team/app`. */
let name: string;

beforeAll(async () => {
  server = await startServer({ settings: { ENTREPOT_PUBLIC_PULLS: "anonymous=0.1" } });
  const { accessKeyId, secretAccessKey, origin, publicOrigin } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const ecr = new ECRPUBLICClient({ region: "us-east-1", endpoint: origin, credentials });
  const { repository } = await ecr.send(
    new CreateRepositoryCommand({ repositoryName: "team/app" }),
  );
  name = repository?.repositoryUri?.replace(/^[^/]+\//, "") ?? "";
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  publisher = new PublicClient(publicOrigin, `Bearer ${authorizationData?.authorizationToken}`);
  nobody = new PublicClient(publicOrigin);
});
afterAll(() => server?.stop());

async function pushChart(config: object | string, archive: string, tag: string, proof?: string) {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  const layers = [[chartTypes.archive, archive] as const];
  const all = proof === undefined ? layers : [...layers, [chartTypes.provenance, proof] as const];
  for (const content of [text, ...all.map(([, each]) => each)]) {
    expect((await publisher.pushBlob(name, Buffer.from(content))).status).toBe(201);
  }
  const described = (mediaType: string, content: string) => ({
    ...{ mediaType, digest: sha256(content), size: Buffer.byteLength(content) },
  });
  const manifest = JSON.stringify({
    ...{ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json" },
    config: described(chartTypes.config, text),
    layers: all.map(([type, content]) => described(type, content)),
  });
  const type = { "content-type": "application/vnd.oci.image.manifest.v1+json", body: manifest };
  expect((await publisher.ask("PUT", `/v2/${name}/manifests/${tag}`, type)).status).toBe(201);
  return sha256(manifest);
}

const chart = {
  ...{ apiVersion: "v2", name: "app", version: "1.0.0", appVersion: "2", type: "application" },
  ...{ description: "Serves: pages # all\n- of them", keywords: ["web", "- x"], deprecated: false },
  maintainers: [{ name: "Ann", email: "ann@example.com", shoe: 4 }],
  dependencies: [
    { name: "db", version: "1.x", repository: "https://charts.example.com", tags: ["t"] },
  ],
  annotations: { "artifacthub.io/license": "Apache-2.0" },
  entries: { evil: [] },
};

describe("charts of a public repository", () => {
  let digest: string;

  it("are told in an index.yaml, by name and version, with what their Chart.yaml says", async () => {
    digest = await pushChart(chart, "archive of 1.0.0", "1.0.0", "proof");
    await pushChart({ ...chart, version: "1.1.0+build" }, "archive of 1.1.0", "1.1.0_build");
    // What is no chart is not among them.
    await pushChart("no JSON", "archive of nothing", "none");
    await pushChart({ name: "../x", version: "1" }, "archive of x", "x");
    await publisher.pushImage(name, "image", "an image");
    const answer = await nobody.ask("GET", `/charts/${name}/index.yaml`);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/yaml; charset=utf-8");
    const { text } = answer;
    const base = `${server.publicOrigin}/charts/${name}`;
    expect(text).toMatch(/^apiVersion: "v1"\nentries:\n {2}app:\n {4}- apiVersion: "v2"\n/);
    expect(text).toContain(`urls:\n        - "${base}/${digest}/app-1.0.0.tgz"\n`);
    expect(text).toMatch(/app-1\.1\.0%2Bbuild\.tgz"/);
    expect(text).toContain(`digest: "${sha256("archive of 1.0.0").slice("sha256:".length)}"\n`);
    expect(text).toContain('description: "Serves: pages # all\\n- of them"\n');
    expect(text).toContain('        "artifacthub.io/license": "Apache-2.0"\n');
    expect(text).not.toMatch(/evil|shoe|\.\.\/x/);
    expect(text.match(/^ {4}- apiVersion/gm)).toHaveLength(2);
    const head = await nobody.ask("HEAD", `/charts/${name}/index.yaml`);
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(Number(head.headers["content-length"])).toBe(Buffer.byteLength(text));
  });

  it("are told through an alias that the operator lets in, with addresses of that alias", async () => {
    const own = (operation: `entrepot:${string}`, input: object) => {
      const address = { origin: server.origin, region: "us-east-1", authority: "" };
      return callServer({ ...address, now: () => Date.now() }, server, operation, input);
    };
    const named = name.replace(/^[^/]+/, "acme");
    await own("entrepot:RequestPublicAlias", { alias: "acme" });
    expect((await nobody.ask("GET", `/charts/${named}/index.yaml`)).status).toBe(404);
    await own("entrepot:ReviewPublicAlias", { alias: "acme", status: "ACTIVE" });
    await expect
      .poll(async () => (await nobody.ask("GET", `/charts/${named}/index.yaml`)).status, {
        timeout: 15_000,
      })
      .toBe(200);
    const { text } = await nobody.ask("GET", `/charts/${named}/index.yaml`);
    const urls = text.match(/(?<=- ")http[^"]+(?=")/g) ?? [];
    expect(urls).toHaveLength(2);
    for (const url of urls) expect(url).toContain(`${server.publicOrigin}/charts/${named}/`);
    // By the alias that the account has by itself, as before.
    expect((await nobody.ask("GET", `/charts/${name}/index.yaml`)).text).not.toContain("/acme/");
    const path = new URL(urls.find((url) => url.includes("1.0.0")) ?? "").pathname;
    expect((await nobody.ask("GET", path)).text).toBe("archive of 1.0.0");
  });

  it("are downloaded with their provenance, told of in the trail, and as often as images are pulled", async () => {
    const file = `/charts/${name}/${digest}/app-1.0.0.tgz`;
    const got = await nobody.ask("GET", file);
    expect([got.status, got.text]).toEqual([200, "archive of 1.0.0"]);
    await expect
      .poll(
        async () => {
          const address = { origin: server.origin, region: "us-east-1", authority: "" };
          const { records } = await callServer<{ records: { additionalEventData?: object }[] }>(
            ...[{ ...address, now: () => Date.now() }, server],
            ...(["entrepot:SearchAudit", { what: "GetDownloadUrlForLayer" }] as const),
          );
          return records.map(({ additionalEventData }) => additionalEventData);
        },
        { timeout: 15_000 },
      )
      .toContainEqual({ chartUrlUsed: true });
    const codes: (number | undefined)[] = [];
    for (let n = 0; n < 8; n++) codes.push((await nobody.ask("GET", `${file}.prov`)).status);
    expect(codes).toContain(200);
    expect(codes.at(-1)).toBe(429);
  });

  it("are nowhere else, and told by GET alone", async () => {
    for (const path of [
      ...[`/charts/${name}/`, "/charts/index.yaml", `/charts/${name}-none/index.yaml`],
      ...["/charts/../index.yaml", `/charts/nobody12/team/app/index.yaml`],
    ]) {
      expect([path, (await nobody.ask("GET", path)).status]).toEqual([path, 404]);
    }
    expect((await nobody.ask("POST", `/charts/${name}/index.yaml`)).status).toBe(405);
    expect(
      (await new PublicClient(server.origin).ask("GET", `/charts/${name}/index.yaml`)).status,
    ).toBe(404);
  });
});

describe("an index of charts", () => {
  it("holds each text of a publisher as a text, whatever is in it", () => {
    const description = 'a"\n  evil: yes\u0000\u0085\u2028\u009b\ud800 \\ \ufeff';
    const fields = parseChart(Buffer.from(JSON.stringify({ ...chart, description })));
    const digest = sha256("x") as Digest;
    const text = chartIndex([{ digest, archive: digest, pushedAt: 0, fields: fields! }], () => "u");
    const line = text.split("\n").find((each) => each.includes("description"));
    expect(line?.trim()).toBe(
      String.raw`description: "a\"\n  evil: yes\u0000` +
        "\ufffd\u2028\ufffd\ufffd " +
        String.raw`\\ ` +
        '\ufffd"',
    );
  });

  it("is valid where there is none", () => {
    expect(chartIndex([], () => "")).toBe(
      'apiVersion: "v1"\nentries: {}\ngenerated: "1970-01-01T00:00:00.000Z"\n',
    );
  });
});
