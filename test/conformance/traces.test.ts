/** What is told of a push and a pull to a receiver of traces. */
import { createHash } from "node:crypto";
import { CreateRepositoryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { expect, it, onTestFinished } from "vitest";
import { App } from "../support/app.ts";
import { LocalServer } from "../support/local-server.ts";

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface ToldSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes?: readonly Attribute[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

interface Told {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly ToldSpan[] }[];
  }[];
}

/** A receiver of OTLP over HTTP in JSON. */
async function startReceiver(): Promise<{ url: string; spans: ToldSpan[]; texts: string[] }> {
  const spans: ToldSpan[] = [];
  const texts: string[] = [];
  const server = await LocalServer.start((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const text = Buffer.concat(pieces).toString("utf8");
      texts.push(text);
      for (const { scopeSpans } of (JSON.parse(text) as Told).resourceSpans) {
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  onTestFinished(() => server.stop());
  return { url: `${server.origin}/v1/traces`, spans, texts };
}

const digestOf = (content: Uint8Array | string) =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;
const repositoryName = "team/secret-project";
const layer = Buffer.alloc(3 * 1024 * 1024, "layer");
const mediaType = "application/vnd.oci.image.manifest.v1+json";
const entry = {
  mediaType: "application/octet-stream",
  size: layer.length,
  digest: digestOf(layer),
};
const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config: entry, layers: [] });
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** What a client does that pushes and pulls one image. */
async function pushAndPull(app: App): Promise<void> {
  await app.login();
  await new ECRClient(app.clientSettings).send(new CreateRepositoryCommand({ repositoryName }));
  const base = `/v2/${repositoryName}`;
  const opened = await app.send("POST", `${base}/blobs/uploads/`);
  const body = layer;
  await app.send("PUT", `${opened.headers.location}?digest=${digestOf(layer)}`, { body });
  const headers = { "content-type": mediaType };
  const put = await app.send("PUT", `${base}/manifests/v1`, { headers, body: manifest });
  expect(put.status).toBe(201);
  const got = await app.send("GET", `${base}/manifests/v1`, { headers: { traceparent } });
  expect(got.status).toBe(200);
  const pulled = await app.send("GET", `${base}/blobs/${digestOf(layer)}`);
  expect(pulled.body.equals(layer)).toBe(true);
  expect((await app.send("GET", `${base}/manifests/none`)).status).toBe(404);
}

/** Names of a span and of those below it. */
function treeOf(spans: readonly ToldSpan[], root: ToldSpan): Set<string> {
  const names = new Set([root.name]);
  for (const span of spans) {
    if (span.traceId !== root.traceId || span.parentSpanId !== root.spanId) continue;
    for (const name of treeOf(spans, span)) names.add(name);
  }
  return names;
}

it("is one connected tree for each request, down to the stores, without names or secrets", async () => {
  const { url, spans, texts } = await startReceiver();
  const app = await App.start({ ENTREPOT_TRACES: `${url}?sample=1` });
  await pushAndPull(app);
  await app.stop();
  const roots = spans.filter(({ parentSpanId }) => (parentSpanId ?? "") === "");
  const ids = new Map(spans.map((span) => [span.spanId, span]));
  for (const { parentSpanId, traceId } of spans) {
    if ((parentSpanId ?? "") !== "") expect(ids.get(parentSpanId!)?.traceId).toBe(traceId);
  }
  const trees = new Map(roots.map((root) => [root.name, treeOf(spans, root)]));
  const common = ["authenticate", "authorize"];
  expect([...trees.get("POST aws")!]).toEqual(
    expect.arrayContaining([...common, "ecr:CreateRepository", "metadata transaction"]),
  );
  expect([...trees.get("PUT v2 blobs/uploads")!]).toEqual(
    expect.arrayContaining([
      ...[...common, "ecr:CompleteLayerUpload", "metadata transaction", "keys open data key"],
      ...["blobs stage", "blobs append", "blobs sync", "blobs publish"],
    ]),
  );
  expect([...trees.get("PUT v2 manifests")!]).toEqual(
    expect.arrayContaining([
      ...common,
      "ecr:PutImage",
      "metadata transaction",
      "keys create data key",
    ]),
  );
  expect([...trees.get("GET v2 blobs")!]).toEqual(
    expect.arrayContaining([
      ...[...common, "ecr:GetDownloadUrlForLayer", "metadata layers", "blobs open"],
      "keys open data key",
    ]),
  );
  const pulls = roots.filter(({ name }) => name === "GET v2 manifests");
  expect(pulls).toHaveLength(2);
  expect([...treeOf(spans, pulls[0]!)]).toEqual(
    expect.arrayContaining([...common, "ecr:BatchGetImage", "metadata images"]),
  );
  const [, traceId, spanId] = traceparent.split("-");
  expect(pulls[0]?.links).toMatchObject([{ traceId, spanId }]);
  expect(pulls[0]?.traceId).not.toBe(traceId);
  const failed = spans.find(
    (span) => span.traceId === pulls[1]?.traceId && span.name === "ecr:BatchGetImage",
  );
  expect(failed?.status).toMatchObject({ code: 2, message: "ImageNotFound" });

  for (const text of texts) {
    for (const secret of [
      "secret-project",
      digestOf(layer),
      "Basic",
      "AKIAENTREPOTROOT0000",
      "digest=",
    ]) {
      expect(text).not.toContain(secret);
    }
  }
});

it("tells of a part of the requests, whatever clients say of theirs", async () => {
  const { url, spans } = await startReceiver();
  const app = await App.start({ ENTREPOT_TRACES: `${url}?sample=0.000001` });
  for (let n = 0; n < 20; n++) await app.send("GET", "/v2/", { headers: { traceparent } });
  await app.stop();
  expect(spans.length).toBeLessThan(3);
});

it("holds up no stop, and keeps nothing open, where nobody receives", async () => {
  const app = await App.start({ ENTREPOT_TRACES: "http://127.0.0.1:1/v1/traces" });
  for (let n = 0; n < 5; n++) await app.send("GET", "/v2/");
  await app.stop(async ({ metadata }) => {
    expect((await metadata.repositories.totals()).repositories).toBe(0);
  });
});
