import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { RegistryError } from "../../registry/errors.ts";
import { noLevels } from "../../registry/usage/usage.ts";
import { Histogram } from "./histogram.ts";
import { Metrics } from "./metrics.ts";
import { observedBlobs, observedMetadata } from "./observed-ports.ts";
import { PortTimes } from "./port-times.ts";
import { routeOf } from "./request-log.ts";
import { repositoriesShown } from "./store-gauges.ts";

const registry = { account: "000000000000", region: "us-east-1" } as never;
let opened: TestPorts;
let portTimes: PortTimes;
let metrics: Metrics;
beforeEach(async () => {
  opened = await testPorts();
  portTimes = new PortTimes();
  metrics = new Metrics({
    ...opened.ports,
    ...{ connections: () => 3, logBytes: () => 7, portTimes },
    load: () => ({
      database: { waiting: 2, inUse: 4, size: 10 },
      layerThreads: { threads: 1, waiting: 5 },
      dataKeys: { hits: 8, misses: 9 },
    }),
  });
});
afterEach(() => opened.close());

const lines = async () => (await metrics.text()).text.split("\n");
const seriesOf = (all: readonly string[], name: string) =>
  all.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

describe("what /metrics shows", () => {
  it("is text of which every series has a help, a type and a number", async () => {
    metrics.performed({
      operation: "ecr:PutImage",
      startedAt: opened.clock.now() - 30,
      error: undefined,
    });
    metrics.answered({
      ...{ route: "v2", status: 200, receivedBytes: 1, sentBytes: 2 },
      ...{ elapsedMs: 3, firstByteMs: 2 },
    });
    const all = await lines();
    const declared = new Set(all.flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? []));
    const helped = new Set(all.flatMap((line) => /^# HELP (\S+)/.exec(line)?.[1] ?? []));
    expect(helped).toEqual(declared);
    for (const line of all.filter((text) => text !== "" && !text.startsWith("#"))) {
      expect(line).toMatch(/^[a-z_][a-z0-9_]*(\{([a-z_]+="[^"\n]*",?)*\})? (-?[0-9.e+-]+|Nan)$/);
      const name = /^[a-z0-9_]+/.exec(line)?.[0] ?? "";
      expect(declared.has(name) || declared.has(name.replace(/_(bucket|sum|count)$/, ""))).toBe(
        true,
      );
    }
    // Prometheus's conventions: base units, `_total` for what only grows.
    for (const line of all) {
      const [, name = "", type] = /^# TYPE (entrepot_\S+) (\S+)/.exec(line) ?? [];
      if (type === "counter") expect(name).toMatch(/_total$/);
      if (type === "gauge") expect(name).not.toMatch(/_total$/);
      if (type === "histogram") expect(name).toMatch(/_seconds$/);
    }
    expect(all).toContain(
      'entrepot_operation_duration_seconds_bucket{operation="ecr:PutImage",le="0.05"} 1',
    );
    expect(all).toContain('entrepot_http_first_byte_seconds_count{route="v2"} 1');
    expect(all).toContain('entrepot_queue_length{queue="database"} 2');
    expect(all).toContain('entrepot_database_connections{state="free"} 6');
    expect(all).toContain('entrepot_cache_requests_total{cache="data_keys",result="miss"} 9');
  });

  it("counts requests and operations by kind, and errors by theirs", async () => {
    const { clock } = opened;
    const performed = (error: unknown) =>
      metrics.performed({ operation: "ecr:PutImage", startedAt: clock.now(), error });
    for (const error of [
      undefined,
      undefined,
      new RegistryError("ImageNotFound", ""),
      new Error("bug"),
    ]) {
      performed(error);
    }
    const found = seriesOf(await lines(), "entrepot_operations_total");
    expect(found).toEqual([
      'entrepot_operations_total{operation="ecr:PutImage",outcome="ok"} 2',
      'entrepot_operations_total{operation="ecr:PutImage",outcome="ImageNotFound"} 1',
      'entrepot_operations_total{operation="ecr:PutImage",outcome="Internal"} 1',
    ]);
    expect(seriesOf(await lines(), "entrepot_operations_total")).toEqual(found); // A scrape changes nothing.
  });

  it("has no label that a client can make", async () => {
    for (let n = 0; n < 500; n++) {
      const urls = [
        `/v2/team-${n}/app/manifests/tag-${n}`,
        `/x${n}`,
        `/v2/${n}?a=${n}`,
        `/layers/${n}`,
      ];
      for (const url of [
        ...urls,
        `/service/${n}/operation/Op${n}`,
        `/v2/${n}/blobs/uploads/${n}`,
      ]) {
        const rest = { status: 404, receivedBytes: 1, sentBytes: 1, elapsedMs: 1, firstByteMs: 1 };
        metrics.answered({ route: routeOf(url), ...rest });
      }
    }
    const all = await lines();
    expect(seriesOf(all, "entrepot_http_requests_total").length).toBeLessThanOrEqual(10);
    expect(all.length).toBeLessThan(1_500);
  });

  it("shows the largest repositories, and all others as one", async () => {
    const { metadata } = opened.ports;
    const scopes = Array.from({ length: repositoriesShown + 30 }, (_, n) => ({
      ...{ registry, repository: `id-${n}`, name: `team/app-${n}` as never },
      levels: { ...noLevels, sizeBytes: n + 1, images: 1 },
    }));
    await metadata.transaction(async ({ usage }) => {
      await usage.repositories.know(scopes);
      await usage.repositories.setSeen(scopes);
    });
    const first = await lines();
    const images = seriesOf(first, "entrepot_repository_images");
    expect(images).toHaveLength(repositoriesShown + 1);
    const shown = seriesOf(first, "entrepot_repository_bytes");
    expect(shown).toHaveLength(repositoriesShown + 1);
    expect(shown[0]).toMatch(/repository="team\/app-49"\} 50$/);
    expect(shown.at(-1)).toMatch(/repository="\(all others\)"\} 0$/);
  });

  it("times calls of the store by table, and counts those that fail", async () => {
    const metadata = observedMetadata(opened.ports.metadata, portTimes);
    expect(await metadata.repositories.find(registry, "app" as never)).toBeUndefined();
    expect(await metadata.identity.accounts.count()).toBe(0);
    const broken = metadata.transaction(() => Promise.reject(new Error("no")));
    await expect(broken).rejects.toThrow("no");
    const blobs = observedBlobs(opened.ports.blobs, portTimes);
    const staged = await blobs.stage("a".repeat(32) as never, { lengthBytes: 0, place: "" });
    await staged.append([Buffer.from("bytes")]);
    const place = await staged.sync();
    await staged.close();
    const published = await blobs.publish("a".repeat(32) as never, { lengthBytes: 5, place });
    const blob = await blobs.open("a".repeat(32) as never, published);
    expect(Buffer.from(await blob!.read(0, 5)).toString()).toBe("bytes");
    await blob!.close();
    const all = await lines();
    const count = (of: string, operation: string) =>
      Number(
        all
          .find((line) => line.startsWith(`${of}_duration_seconds_count{operation="${operation}"}`))
          ?.split(" ")
          .at(-1),
      );
    expect(count("entrepot_metadata_call", "repositories")).toBe(1);
    expect(count("entrepot_metadata_call", "identity.accounts")).toBe(1);
    expect(count("entrepot_metadata_call", "transaction")).toBe(1);
    expect(count("entrepot_blob_store_call", "read")).toBe(1);
    expect(count("entrepot_blob_store_call", "append")).toBe(1);
    expect(all).toContain('entrepot_metadata_call_failures_total{operation="transaction"} 1');
  });

  it("puts a value in the bucket of its bound, and in all above", () => {
    const histogram = new Histogram("x_seconds", "Help.", [], [0.1, 1]);
    for (const seconds of [0.1, 0.5, 7]) histogram.of().observe(seconds);
    expect(histogram.text()).toBe(
      [
        ...["# HELP x_seconds Help.", "# TYPE x_seconds histogram"],
        ...[
          'x_seconds_bucket{le="0.1"} 1',
          'x_seconds_bucket{le="1"} 2',
          'x_seconds_bucket{le="+Inf"} 3',
        ],
        ...["x_seconds_sum 7.6", "x_seconds_count 3", ""],
      ].join("\n"),
    );
  });
});
