/** Content that a client names by SHA-512: all that holds of SHA-256 holds of it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RegistryMemory } from "../../src/registry/memory.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { type DistributionServer, startDistribution } from "../support/distribution-server.ts";
import { digestOf, type OciAnswer, type OciClient } from "../support/oci-client.ts";

let server: DistributionServer;
let client: OciClient;

beforeEach(async () => {
  server = await startDistribution();
  client = server.client();
  await server.createRepository("app");
  await server.createRepository("other");
});

afterEach(() => server.close());

const uploads = "/v2/app/blobs/uploads/";
const blobPath = (digest: string, repository = "app") => `/v2/${repository}/blobs/${digest}`;

/** Of a kind that stays with the metadata, and of one that has several frames. */
const small = Buffer.from("a small layer");
const large = Buffer.alloc(2_500_000);
for (let index = 0; index < large.length; index += 4) large.writeUInt32LE(index, index);

async function begin(query = ""): Promise<string> {
  const answer = await client.send("POST", `${uploads}${query}`);
  expect(answer.status).toBe(202);
  return answer.headers.get("location")!;
}

async function append(location: string, ...pieces: Uint8Array[]): Promise<void> {
  for (const body of pieces) {
    expect((await client.send("PATCH", location, { body })).status).toBe(202);
  }
}

const end = (location: string, digest: string, body?: Uint8Array) =>
  client.send("PUT", `${location}?digest=${digest}`, body && { body });

/** As a restart leaves it, or another replica finds it: nothing is remembered of what came before. */
function forget(): void {
  Object.assign(server.opened.ports, { memory: new RegistryMemory() });
}

const ways: Record<string, (content: Buffer, digest: string) => Promise<OciAnswer>> = {
  "POST and PUT": async (content, digest) => end(await begin(), digest, content),
  "one POST": (body, digest) => client.send("POST", `${uploads}?digest=${digest}`, { body }),
  "a stream": async (content, digest) => {
    const location = await begin();
    await append(location, content);
    return end(location, digest);
  },
  "chunks, the last of them with the PUT": async (content, digest) => {
    const location = await begin();
    await append(location, content.subarray(0, 5), content.subarray(5, 9));
    return end(location, digest, content.subarray(9));
  },
  "chunks, after it was announced": async (content, digest) => {
    const location = await begin("?digest-algorithm=sha512");
    await append(location, content.subarray(0, 5), content.subarray(5));
    return end(location, digest);
  },
  "chunks, with a restart before the last": async (content, digest) => {
    const location = await begin("?digest-algorithm=sha512");
    await append(location, content.subarray(0, 5));
    forget();
    await append(location, content.subarray(5));
    return end(location, digest);
  },
  "chunks, with a restart before the end": async (content, digest) => {
    const location = await begin();
    await append(location, content.subarray(0, 5), content.subarray(5));
    forget();
    return end(location, digest);
  },
  "a mount that finds nothing": async (content, digest) => {
    const location = await begin(`?mount=${digest}&from=other`);
    return end(location, digest, content);
  },
};

describe.each(Object.entries(ways))("a blob pushed by SHA-512, by %s", (_way, push) => {
  it("can be pulled, and is verified whole, be it small or large", async () => {
    for (const content of [small, large]) {
      const digest = digestOf(content, "sha512");
      const pushed = await push(content, digest);
      expect([pushed.status, pushed.text()]).toEqual([201, ""]);
      expect(pushed.headers.get("docker-content-digest")).toBe(digest);
      expect(pushed.headers.get("location")).toBe(`${server.origin}${blobPath(digest)}`);
      const pulled = await client.get(blobPath(digest));
      expect([pulled.status, pulled.body.equals(content)]).toEqual([200, true]);
      const head = await client.head(blobPath(digest));
      expect(head.headers.get("content-length")).toBe(String(content.length));
      for (const { headers } of [pulled, head]) {
        expect(headers.get("docker-content-digest")).toBe(digest);
        expect(headers.get("etag")).toBe(`"${digest}"`);
      }
    }
    const { problems, verifiedBytes } = await checkStore(server.opened.ports, { repair: false });
    expect({ problems, verifiedBytes }).toEqual({
      problems: [],
      verifiedBytes: small.length + large.length,
    });
  });

  it("is refused when its bytes have another digest, and nothing is linked", async () => {
    const wrong = digestOf("something else", "sha512");
    const answer = await push(large, wrong);
    expect([answer.status, answer.code()]).toEqual([400, "DIGEST_INVALID"]);
    expect(answer.text()).toContain(`'${digestOf(large, "sha512")}' instead of '${wrong}'`);
    for (const digest of [wrong, digestOf(large, "sha512"), digestOf(large)]) {
      expect((await client.head(blobPath(digest))).status).toBe(404);
    }
    expect((await server.opened.ports.metadata.objects.totals()).objects).toBe(0);
  });
});

describe("a blob pushed by SHA-512", () => {
  const digest = digestOf(large, "sha512");

  it("goes on after a wrong digest, of whichever algorithm, and is taken once it is right", async () => {
    const location = await begin();
    await append(location, large.subarray(0, 700_000));
    for (const algorithm of ["sha512", "sha256"] as const) {
      const wrong = digestOf("something else", algorithm);
      expect((await end(location, wrong, large.subarray(700_000))).status).toBe(400);
      expect((await end(location, wrong)).code()).toBe("DIGEST_INVALID");
      expect((await client.get(location)).headers.get("range")).toBe("0-699999");
    }
    expect((await end(location, digest, large.subarray(700_000))).status).toBe(201);
    expect((await end(location, digest)).status).toBe(201); // I10: its answer may have been lost.
    expect((await client.get(blobPath(digest))).body.equals(large)).toBe(true);
  });

  it("may be announced and then named by SHA-256 all the same", async () => {
    const location = await begin("?digest-algorithm=sha512");
    await append(location, large.subarray(0, 100), large.subarray(100));
    expect((await end(location, digestOf(large))).status).toBe(201);
    const whole = await begin("?digest-algorithm=sha512");
    expect((await end(whole, digestOf(small), small)).status).toBe(201);
    expect((await client.get(blobPath(digestOf(large)))).body.equals(large)).toBe(true);
  });

  it.each(["", "?digest-algorithm=sha512"])("may be empty (%s)", async (query) => {
    const empty = digestOf("", "sha512");
    expect((await end(await begin(query), empty)).status).toBe(201);
    const answer = await client.get(blobPath(empty));
    expect([answer.status, answer.headers.get("content-length")]).toEqual([200, "0"]);
  });

  it("is there under that name alone, and beside an equal one of SHA-256", async () => {
    await client.pushBlob("app", large, "sha512");
    expect((await client.head(blobPath(digestOf(large)))).status).toBe(404);
    await client.pushBlob("app", large);
    expect((await client.send("DELETE", blobPath(digest))).status).toBe(202);
    expect((await client.head(blobPath(digest))).status).toBe(404);
    expect((await client.get(blobPath(digestOf(large)))).body.equals(large)).toBe(true);
    await reclaimOnce(server.opened.ports, { ignoreLeases: true });
    expect((await checkStore(server.opened.ports, { repair: false })).problems).toEqual([]);
  });

  it.each([
    ["bytes=0-0", 0, 1],
    ["bytes=1048570-1048590", 1_048_570, 1_048_591],
    ["bytes=-10", 2_499_990, 2_500_000],
  ])("gives the range %s", async (range, start, stop) => {
    await client.pushBlob("app", large, "sha512");
    const answer = await client.get(blobPath(digest), { range });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBe(`bytes ${start}-${stop - 1}/2500000`);
    expect(answer.body.equals(large.subarray(start, stop))).toBe(true);
  });

  it.each(["&from=other", ""])("is mounted without its bytes (%s)", async (from) => {
    await client.pushBlob("other", large, "sha512");
    const answer = await client.send("POST", `${uploads}?mount=${digest}${from}`);
    expect([answer.status, answer.headers.get("docker-content-digest")]).toEqual([201, digest]);
    expect((await client.get(blobPath(digest))).body.equals(large)).toBe(true);
    expect((await server.opened.ports.metadata.objects.totals()).objects).toBe(1);
  });

  it("is stored once for all repositories", async () => {
    for (const name of ["app", "other"]) await client.pushBlob(name, large, "sha512");
    await reclaimOnce(server.opened.ports);
    expect((await server.opened.ports.metadata.objects.totals()).objects).toBe(1);
  });

  it("15: can be pushed and pulled again once it was deleted and reclaimed", async () => {
    for (let round = 0; round < 3; round++) {
      await client.pushBlob("app", large, "sha512");
      expect((await client.get(blobPath(digest))).body.equals(large)).toBe(true);
      expect((await client.send("DELETE", blobPath(digest))).status).toBe(202);
      expect((await client.send("DELETE", blobPath(digest))).status).toBe(404);
      await reclaimOnce(server.opened.ports, { ignoreLeases: true });
      expect((await server.opened.ports.metadata.objects.totals()).objects).toBe(0);
    }
  });
});

describe("an algorithm that is neither", () => {
  const others = [`sha384:${"0".repeat(96)}`, `blake3:${"0".repeat(64)}`, "md5:00"];
  const sentence = "this registry takes 'sha256' and 'sha512'";

  it.each(others)("is refused in a clear sentence: %s", async (digest) => {
    const location = await begin();
    const answers = [
      await client.get(blobPath(digest)),
      await client.get(`/v2/app/manifests/${digest}`),
      await client.get(`/v2/app/referrers/${digest}`),
      await client.send("DELETE", blobPath(digest)),
      await client.send("DELETE", `/v2/app/manifests/${digest}`),
      await client.send("POST", `${uploads}?digest=${digest}`, { body: small }),
      await end(location, digest, small),
    ];
    for (const answer of answers) {
      expect([answer.status, answer.code()]).toEqual([400, "DIGEST_INVALID"]);
      expect(answer.text()).toContain(sentence);
    }
    expect((await client.get(location)).headers.get("range")).toBe("0-0");
  });

  it.each(["sha384", "SHA512", ""])("opens no session: '%s'", async (algorithm) => {
    const before = await server.opened.dump();
    const answer = await client.send("POST", `${uploads}?digest-algorithm=${algorithm}`);
    expect([answer.status, answer.code()]).toEqual([400, "DIGEST_INVALID"]);
    expect(answer.text()).toContain(sentence);
    expect(await server.opened.dump()).toBe(before);
  });
});
