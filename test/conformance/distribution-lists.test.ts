import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type DistributionServer,
  hostOf,
  startDistribution,
} from "../support/distribution-server.ts";
import { imageManifest, ociIndex, ociManifest, otherAccount } from "../support/ecr.ts";
import { digestOf, type OciAnswer, type OciClient } from "../support/oci-client.ts";

let server: DistributionServer;
let client: OciClient;
const config = Buffer.from("{}");

beforeEach(async () => {
  server = await startDistribution();
  client = server.client();
  await server.createRepository("app");
  await client.pushBlob("app", config);
});

afterEach(() => server.close());

/** Follows the links from the first page on. */
async function pages<T>(first: string, read: (answer: OciAnswer) => T): Promise<T[]> {
  const all: T[] = [];
  let next: string | undefined = first;
  while (next !== undefined) {
    const answer: OciAnswer = await client.get(next);
    expect(answer.status).toBe(200);
    all.push(read(answer));
    const link = answer.headers.get("link");
    next = link === null ? undefined : /^<(http:\/\/[^>]+)>; rel="next"$/.exec(link)?.[1];
    expect(link === null).toBe(next === undefined);
  }
  return all;
}

const badPages = ["n=-1", "n=x", "n=1.5", "n=0x10", "n=%201", "last=%20"];

describe("tags", () => {
  const names = ["1.0", "1.1", "A", "_x", "a", "latest"];
  const tags = (answer: OciAnswer) => answer.json<{ tags: string[] }>().tags;

  it("of a repository without any are none", async () => {
    const answer = await client.get("/v2/app/tags/list");
    expect(answer.json()).toEqual({ name: "app", tags: [] });
    expect(answer.headers.get("content-type")).toContain("application/json");
  });

  it("of an absent repository are refused", async () => {
    for (const query of ["", "?n=0"]) {
      const answer = await client.get(`/v2/absent/tags/list${query}`);
      expect([answer.status, answer.code()]).toEqual([404, "NAME_UNKNOWN"]);
    }
  });

  describe("that are there", () => {
    beforeEach(async () => {
      for (const tag of names) await client.putManifest("app", tag, imageManifest(config));
    });

    it("come in lexical order", async () => {
      expect(tags(await client.get("/v2/app/tags/list"))).toEqual(names);
    });

    it("come in pages that lead from one to the next", async () => {
      expect(await pages("/v2/app/tags/list?n=4", tags)).toEqual([
        names.slice(0, 4),
        names.slice(4),
      ]);
      expect(await pages("/v2/app/tags/list?n=3", tags)).toEqual([
        names.slice(0, 3),
        names.slice(3),
      ]);
    });

    it.each([
      ["last=1.1", names.slice(2)],
      ["last=1.05", names.slice(1)],
      ["last=latest", []],
      ["last=_x&n=1", ["a"]],
    ])("go on after %s, whether that is a tag or not", async (query, expected) => {
      expect(tags(await client.get(`/v2/app/tags/list?${query}`))).toEqual(expected);
    });

    it.each(["n=1000000000000", "n=1e12", "n=1001"])("66: %s is clamped", async (query) => {
      const answer = await client.get(`/v2/app/tags/list?${query}`);
      expect([answer.status, tags(answer)]).toEqual([200, names]);
    });

    it("66: n=0 is an empty list that leads nowhere", async () => {
      const answer = await client.get("/v2/app/tags/list?n=0");
      expect(answer.json()).toEqual({ name: "app", tags: [] });
      expect(answer.headers.has("link")).toBe(false);
    });

    it.each(badPages)("66: %s is refused", async (query) => {
      expect((await client.get(`/v2/app/tags/list?${query}`)).status).toBe(400);
    });
  });
});

describe("the catalog", () => {
  const repositories = (answer: OciAnswer) =>
    answer.json<{ repositories: string[] }>().repositories;

  it("lists the repositories of the host's registry, in pages", async () => {
    await server.createRepository("b/c");
    await server.createRepository("zz");
    const registry = { account: otherAccount, region: "us-east-1" as never };
    await server.createRepository("theirs", "MUTABLE", registry);
    expect(await pages("/v2/_catalog?n=2", repositories)).toEqual([["app", "b/c"], ["zz"]]);
    const theirs = await server.client(otherAccount, hostOf(otherAccount)).get("/v2/_catalog");
    expect(repositories(theirs)).toEqual(["theirs"]);
  });

  it("66: clamps, refuses and empties", async () => {
    expect((await client.get("/v2/_catalog?n=1000000000000")).status).toBe(200);
    expect((await client.get("/v2/_catalog?n=-1")).status).toBe(400);
    expect(repositories(await client.get("/v2/_catalog?n=0"))).toEqual([]);
  });
});

describe("referrers", () => {
  interface Referrer {
    digest: string;
    artifactType?: string;
  }
  const subject = { mediaType: ociManifest, digest: digestOf("subject"), size: 7 };
  const list = `/v2/app/referrers/${subject.digest}`;
  const referrers = (answer: OciAnswer) => answer.json<{ manifests: Referrer[] }>().manifests;

  it("of what nothing refers to are an empty index", async () => {
    const answer = await client.get(list);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe(ociIndex);
    expect(answer.json()).toEqual({ schemaVersion: 2, mediaType: ociIndex, manifests: [] });
  });

  it.each(["sha256:short", "latest"])("of %s are refused", async (text) => {
    expect((await client.get(`/v2/app/referrers/${text}`)).status).toBe(400);
  });

  it("are described, filtered and paged", async () => {
    const pushed: Referrer[] = [];
    for (const name of ["one", "two", "three"]) {
      const artifactType = name === "two" ? "application/vnd.two" : "application/vnd.odd";
      const annotations = { name };
      const manifest = { ...imageManifest(config), artifactType, subject, annotations };
      const answer = await client.putManifest("app", name, manifest);
      expect(answer.headers.get("oci-subject")).toBe(subject.digest);
      const size = JSON.stringify(manifest).length;
      const digest = answer.headers.get("docker-content-digest") ?? "";
      pushed.push({ mediaType: ociManifest, digest, size, artifactType, annotations } as Referrer);
    }
    const inOrder = pushed.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
    const all = await client.get(list);
    expect(referrers(all)).toEqual(inOrder);
    expect(all.headers.has("oci-filters-applied")).toBe(false);
    const odd = await client.get(`${list}?artifactType=application%2Fvnd.odd`);
    expect(referrers(odd)).toEqual(inOrder.filter((one) => one.artifactType?.endsWith("odd")));
    expect(odd.headers.get("oci-filters-applied")).toBe("artifactType");
    const paged = await pages(`${list}?n=2`, referrers);
    expect(paged).toEqual([inOrder.slice(0, 2), inOrder.slice(2)]);
    const none = await client.get(`${list}?artifactType=application/vnd.none`);
    expect(referrers(none)).toEqual([]);
  });
});
