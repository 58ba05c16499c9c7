import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { Worker } from "node:worker_threads";
import { constants, createGzip, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { directory, file, layerArchive } from "../../../test/support/layer-archive.ts";
import { AssembledDocument } from "../../registry/scanning/document-parts.ts";
import type { LayerInventory } from "../../registry/scanning/layer-inventory.ts";
import { type LayerLimits, layerLimits } from "../../registry/scanning/layer-limits.ts";
import { LayerRefused } from "../../registry/scanning/layer-refused.ts";
import { scanningLimits } from "../../registry/scanning/scanning-limits.ts";
import type { AnalysisAnswer } from "./analysis-protocol.ts";
import { decompressLayer } from "./decompress-layer.ts";
import { LayerAnalysisThreads } from "./layer-analysis-threads.ts";

const tarType = "application/vnd.oci.image.layer.v1.tar";
const gzipType = `${tarType}+gzip`;
const MiB = 1024 * 1024;

const status = readFileSync(new URL("../../../test/data/dpkg/status", import.meta.url));
const archive = layerArchive([
  directory("var"),
  file("var/lib/dpkg/status", status),
  file("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
  file("usr/bin/large", Buffer.alloc(3 * MiB, "0123456789")),
]);

const opened: LayerAnalysisThreads[] = [];
const threads = open();
const hostile = open({ heapMiB: 32 });
const hurried = open({ timeMs: 1_000 });

function open(limits?: Partial<LayerLimits>): LayerAnalysisThreads {
  const program = new URL("../../../test/support/hostile-analysis-program.ts", import.meta.url);
  const hostileOptions = { program, limits: { ...layerLimits, ...limits } };
  const made = new LayerAnalysisThreads(2, limits === undefined ? {} : hostileOptions);
  opened.push(made);
  return made;
}

afterAll(() => Promise.all(opened.map((each) => each.close())));

function pieces(content: Uint8Array, bytes = 65_536): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += bytes) yield content.subarray(at, at + bytes);
    })(),
  );
}

function analyze(content: Uint8Array, mediaType = gzipType): Promise<LayerInventory> {
  return threads.analyze(pieces(content), mediaType);
}

/** zstd's frames as zstd:chunked writes them, with one that decoders skip before and after each. */
function framed(content: Uint8Array, frames: number): Buffer {
  const skipped = Buffer.concat([
    Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]),
    Buffer.from("any"),
  ]);
  const bytes = Math.ceil(content.length / frames);
  const parts = Array.from({ length: frames }, (_, index) => {
    const part = content.subarray(index * bytes, (index + 1) * bytes);
    const params = { [constants.ZSTD_c_checksumFlag]: index % 2 };
    return [skipped, zstdCompressSync(part, { params })];
  });
  return Buffer.concat([...parts.flat(), skipped]);
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LayerRefused)) throw error ?? new Error("not refused");
  return error.refusal;
}

describe("a layer is the same", () => {
  it.each([
    ["as it is", archive, tarType],
    ["compressed by gzip", gzipSync(archive), gzipType],
    [
      "compressed by gzip in parts",
      Buffer.concat([gzipSync(archive.subarray(0, 9_999)), gzipSync(archive.subarray(9_999))]),
      "application/vnd.docker.image.rootfs.diff.tar.gzip",
    ],
    ["compressed by zstd", zstdCompressSync(archive), `${tarType}+zstd`],
    ["compressed by zstd in 300 frames", framed(archive, 300), `${tarType}+zstd`],
    ["compressed in another way than it says", zstdCompressSync(archive), gzipType],
  ])("%s", async (_, content, mediaType) => {
    const inventory = await analyze(content, mediaType);
    expect(inventory).toEqual(await analyze(archive, tarType));
    expect(inventory.madeBy).toBe(threads.madeBy);
    expect(inventory.sizeBytes).toBe(archive.length);
    expect(inventory.records[0]!.packages).toHaveLength(19);
    expect(inventory.systemFiles["etc/os-release"]).toContain("debian");
  });
});

describe("a layer is refused", () => {
  const zeros = layerArchive([file("zeros", Buffer.alloc(70 * MiB))]);

  it("that is a gzip bomb", async () => {
    expect(await refusalOf(analyze(gzipSync(zeros)))).toBe("too-compressed");
  });

  it("that is a zstd bomb", async () => {
    expect(await refusalOf(analyze(zstdCompressSync(zeros)))).toBe("too-compressed");
  });

  it("whose zstd window takes more memory than there is for it", async () => {
    const asked = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x90, 0x01, 0x00, 0x00]);
    expect(await refusalOf(analyze(asked))).toBe("too-much-memory");
    const single = Buffer.from([
      0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 4, 0, 0, 0, 0x11, 0, 0, 0,
    ]);
    expect(await refusalOf(analyze(single))).toBe("too-much-memory");
  });

  it.each([
    ["gzip that breaks off", gzipSync(archive).subarray(0, -9)],
    ["gzip with something after it", Buffer.concat([gzipSync(archive), Buffer.from("more")])],
    ["zstd that breaks off", zstdCompressSync(archive).subarray(0, -3)],
    ["zstd that breaks off after a frame", framed(archive, 4).subarray(0, -20)],
    ["zstd that breaks off in a frame's first bytes", framed(archive, 1).subarray(0, -9)],
    [
      "zstd with something after it",
      Buffer.concat([zstdCompressSync(archive), Buffer.from("more")]),
    ],
    ["something else", Buffer.from("BZh91AY&SY and so on")],
  ])("that is damaged: %s", async (_, content) => {
    expect(await refusalOf(analyze(content))).toBe("damaged");
  });

  it("that is of a type that is not looked into", async () => {
    for (const type of ["application/vnd.oci.image.layer.v1.tar+encrypted", "text/plain", ""]) {
      expect(await refusalOf(analyze(archive, type))).toBe("unsupported");
    }
  });

  it("that takes too long", async () => {
    const spinning = hurried.analyze(pieces(layerArchive([file("spin")])), tarType);
    expect(await refusalOf(spinning)).toBe("too-slow");
  });

  it("that takes too much memory, or its thread with it; the next is looked into", async () => {
    const hoarding = hostile.analyze(pieces(layerArchive([file("hoard")])), tarType);
    expect(await refusalOf(hoarding)).toBe("too-much-memory");
    const ending = hostile.analyze(pieces(layerArchive([file("exit")])), tarType);
    await expect(ending).rejects.toThrow("ended");
    const { files } = await hostile.analyze(pieces(archive), tarType);
    expect(files).toHaveLength(4);
  });
});

it("what is in a layer comes a part at a time, each when it is asked for", async () => {
  const names = Array.from({ length: 2 * scanningLimits.itemsPerPart + 1 }, (_, at) => `usr/${at}`);
  const content = layerArchive(names.map((name) => file(name, "")));
  const whole = await analyze(content, tarType);
  expect(whole.files.map(({ path }) => path)).toEqual(names);
  const program = new URL("./analysis-program.ts", import.meta.url);
  const worker = new Worker(program, { workerData: { limits: layerLimits } });
  const answers: AnalysisAnswer[] = [];
  worker.on("message", (answer: AnalysisAnswer) => answers.push(answer));
  const told = () => answers.filter(({ kind }) => kind !== "taken");
  try {
    worker.postMessage({ kind: "begin" });
    worker.postMessage({ kind: "piece", piece: Uint8Array.from(content) });
    worker.postMessage({ kind: "end" });
    const assembled = new AssembledDocument();
    for (let count = 1; ; count += 1) {
      while (told().length < count) await once(worker, "message");
      const part = told().at(-1);
      if (part?.kind !== "part") throw new Error("no part of an inventory");
      expect(JSON.stringify(part.part).match(/"path"/g)?.length ?? 0).toBeLessThanOrEqual(
        scanningLimits.itemsPerPart,
      );
      assembled.add(part.part);
      if (part.isLast) break;
      worker.postMessage({ kind: "more" });
    }
    expect(told()).toHaveLength(4);
    expect(assembled.document).toEqual(whole);
  } finally {
    await worker.terminate();
  }
});

describe("what goes wrong outside of a layer is told as it is", () => {
  it("when its bytes cannot be had, in the middle or at all", async () => {
    const broken = (from: Uint8Array) =>
      Readable.from(
        (async function* () {
          yield from;
          throw new Error("cut");
        })(),
      );
    await expect(threads.analyze(broken(archive), tarType)).rejects.toThrow("cut");
    await expect(threads.analyze(broken(Buffer.alloc(0)), tarType)).rejects.toThrow("cut");
    expect((await analyze(archive, tarType)).files).toHaveLength(4);
  });

  it("and nothing is left open", async () => {
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(65_536, "x"));
      },
    });
    expect(await refusalOf(threads.analyze(endless, tarType))).toBe("damaged");
    expect(endless.destroyed).toBe(true);
  });

  it("and when it is closed", async () => {
    const closed = new LayerAnalysisThreads(1);
    const never = new Readable({ read: () => undefined });
    const first = closed.analyze(never, tarType);
    const second = closed.analyze(pieces(archive), tarType);
    const settled = Promise.allSettled([first, second]);
    await closed.close();
    for (const { status } of await settled) expect(status).toBe("rejected");
    expect(never.destroyed).toBe(true);
    await expect(closed.analyze(pieces(archive), tarType)).rejects.toThrow("closed");
  });
});

it("more layers than threads wait for their turn", async () => {
  const layers = Array.from({ length: 7 }, (_, index) => layerArchive([file(`file-${index}`)]));
  const all = await Promise.all(layers.map((layer) => analyze(gzipSync(layer))));
  expect(all.map(({ files }) => files[0]!.path)).toEqual(layers.map((_, index) => `file-${index}`));
});

describe("compressed bytes", () => {
  const small = layerArchive([file("a", "x".repeat(3_000))]);

  async function decompressed(content: Uint8Array, bytes: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of decompressLayer(pieces(content, bytes), layerLimits)) parts.push(part);
    return Buffer.concat(parts);
  }

  it("are the same in pieces of whatever length", async () => {
    const ways = [small, gzipSync(small), zstdCompressSync(small), framed(small, 5)];
    const property = fc.asyncProperty(
      fc.nat(3),
      fc.integer({ min: 1, max: 60 }),
      async (way, bytes) => {
        expect((await decompressed(ways[way]!, bytes)).equals(small)).toBe(true);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it("whatever they are, end as an archive or are refused", async () => {
    const sound = [gzipSync(small), zstdCompressSync(small), framed(small, 5)];
    const change = fc.tuple(fc.nat(), fc.nat(255));
    const changes = fc.array(change, { minLength: 1, maxLength: 4 });
    const property = fc.asyncProperty(fc.nat(2), changes, async (way, made) => {
      const damaged = Buffer.from(sound[way]!);
      for (const [at, byte] of made) damaged[at % damaged.length] = byte;
      await decompressed(damaged, 50).catch((error: unknown) => {
        expect(error).toBeInstanceOf(LayerRefused);
      });
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it("are not taken faster than they are looked into", async () => {
    const compressor = createGzip({ level: 0 });
    let given = 0;
    const content = new Readable({
      read() {
        given += 65_536;
        this.push(given > 40 * MiB ? null : Buffer.alloc(65_536));
      },
    });
    const taken = decompressLayer(content.pipe(compressor), layerLimits);
    await taken.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toBeLessThan(4 * MiB);
    await taken.return(undefined);
  });
});
