/** Public registries and the index of their gallery, on every store. */
import { describe, expect, it } from "vitest";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { AccountId, RepositoryName } from "../../src/registry/names.ts";
import { facetBits, facets } from "../../src/registry/public/facets.ts";
import { everyWord, weighWords } from "../../src/registry/public/gallery-words.ts";
import { publicRegistryOf } from "../../src/registry/public/public-registry.ts";
import { type SearchWish, searchGallery } from "../../src/registry/public/search.ts";
import { metadataStores } from "./metadata-stores.ts";

const one = "111111111111" as AccountId;
const other = "222222222222" as AccountId;
const refOf = (id: string, account = one) => ({ registry: publicRegistryOf(account), id });

interface Said {
  readonly account?: AccountId;
  readonly description?: string;
  readonly aboutText?: string;
  readonly isVerified?: boolean;
  readonly operatingSystems?: readonly string[];
}

function row(name: string, { account = one, isVerified = false, ...said }: Said = {}) {
  const { description, aboutText, operatingSystems = ["Linux"] } = said;
  const alias = account === one ? "first" : "second";
  const texts = { name, alias, publisher: undefined, facets: [], description, aboutText };
  const words = new Map(weighWords({ ...texts, usageText: undefined })).set(everyWord, 0);
  const kinds = ["IMAGE"] as const;
  const bits = facetBits({ isVerified, operatingSystems, architectures: ["x86"], kinds });
  const entry = {
    ...{ repository: refOf(name, account), name: name as RepositoryName, alias, bits, kinds },
    ...{ publisher: undefined, description, logoDigest: undefined, updatedAt: 7 },
  };
  return { entry, words };
}

async function put(store: MetadataStore, ...rows: ReturnType<typeof row>[]): Promise<void> {
  await store.transaction(async ({ publicRegistries }) => {
    for (const each of rows) await publicRegistries.putGalleryRow(each);
  });
}

async function found(metadata: MetadataStore, wish: Partial<SearchWish>) {
  const usual = { text: "", facets: {}, order: "RELEVANCE", offset: 0, limit: 25 } as const;
  const { entries, ...rest } = await searchGallery({ metadata }, { ...usual, ...wish });
  return { names: entries.map(({ name }) => name as string), ...rest };
}

describe.each(metadataStores)("$name", ({ open }) => {
  it("keeps a registry, its names and what is said of a repository, logo and all", async () => {
    const { store, reopen } = await open();
    const registry = { account: one, displayName: "D", verifiedAt: 3, createdAt: 1 };
    const alias = {
      ...{
        name: "mine",
        account: one,
        status: "PENDING" as const,
        isDefault: false,
        isPrimary: false,
      },
      ...{ requestedAt: 5, reason: undefined },
    } as const;
    const data = {
      ...{ description: "d", aboutText: undefined, usageText: "u", logoDigest: "abc" },
      ...{ architectures: ["x86"], operatingSystems: [] },
    };
    const logo = { mediaType: "image/png", bytes: new Uint8Array([1, 2, 255]) } as const;
    await store.transaction(async ({ publicRegistries: table }) => {
      expect(await table.insertRegistry(registry)).toBe(true);
      expect(await table.insertRegistry({ ...registry, displayName: "E" })).toBe(false);
      expect(await table.lockRegistry(one)).toEqual(registry);
      expect(await table.insertAlias(alias)).toBe(true);
      expect(await table.insertAlias({ ...alias, account: other })).toBe(false);
      await table.putCatalog(refOf("a"), data, undefined);
      await table.putCatalog(refOf("a"), data, logo);
    });
    const { publicRegistries: table } = await reopen();
    expect(await table.registry(one)).toEqual(registry);
    expect(await table.registry(other)).toBeUndefined();
    expect(await table.verified({ limit: 9 })).toEqual([registry]);
    expect(await table.alias("mine")).toEqual(alias);
    expect(await table.aliases(one)).toEqual([alias]);
    expect(await table.listAliases({ limit: 9 }, { status: "ACTIVE" })).toEqual([]);
    expect(await table.listAliases({ limit: 9 }, { status: "PENDING" })).toEqual([alias]);
    expect(await table.listAliases({ after: "mine", limit: 9 })).toEqual([]);
    expect(await table.catalog(refOf("a"))).toEqual(data);
    expect(await table.catalog(refOf("a", other))).toBeUndefined();
    const read = await table.logo(refOf("a"));
    expect(read && { ...read, bytes: new Uint8Array(read.bytes) }).toEqual(logo);
  });

  it("finds what has all the words: in names first, then in what is said", async () => {
    const { store } = await open();
    await put(
      store,
      row("said", { aboutText: "A web server, like nginx" }),
      row("described", { description: "nginx for the WEB" }),
      row("tools/nginx-web", { account: other }),
      row("nothing"),
    );
    expect((await found(store, { text: "Nginx" })).names).toEqual([
      ...["tools/nginx-web", "described", "said"],
    ]);
    expect((await found(store, { text: "web nginx!" })).names).toEqual([
      ...["tools/nginx-web", "described", "said"],
    ]);
    expect(await found(store, { text: "nginx nothing" })).toMatchObject({ names: [], total: 0 });
    expect(await found(store, { text: "%_'\"" })).toMatchObject({ total: 4 });
    expect((await found(store, { text: "second" })).names).toEqual(["tools/nginx-web"]);
  });

  it("counts each facet among what the others let through, and narrows by any of a facet's values", async () => {
    const { store } = await open();
    await put(
      store,
      row("a", { isVerified: true, description: "app" }),
      row("b", { operatingSystems: ["Windows"], description: "app" }),
      row("c", { operatingSystems: ["Linux", "Windows", "Plan 9"], description: "app" }),
    );
    const all = await found(store, { text: "app" });
    expect(all.counts.operatingSystem).toEqual({ Linux: 2, Windows: 2 });
    expect(all.counts.verified).toEqual({ verified: 1 });
    const linux = await found(store, { text: "app", facets: { operatingSystem: ["Linux"] } });
    expect(linux.names.toSorted()).toEqual(["a", "c"]);
    // With another value of the same facet there would be more.
    expect(linux.counts.operatingSystem).toEqual({ Linux: 2, Windows: 2 });
    const both = { operatingSystem: ["Linux", "Windows"], verified: true } as const;
    expect((await found(store, { facets: both })).names).toEqual(["a"]);
    const page = { masks: [], order: "PULLS", offset: 0, limit: 0 } as const;
    const { groups } = await store.publicRegistries.find({ words: ["a"], candidates: 9 }, page);
    expect((groups[0]?.bits ?? 0) & facets.verified.verified).toBe(facets.verified.verified);
  });

  it("lifts what is pulled, keeps its pulls when it is written anew, and pages to the end", async () => {
    const { store } = await open();
    const names = Array.from({ length: 7 }, (_, n) => `app/n${n}`);
    await put(store, ...names.map((name) => row(name)));
    await store.transaction(({ publicRegistries }) =>
      publicRegistries.addPulls(refOf("app/n5"), 1_000),
    );
    await store.transaction(({ publicRegistries }) => publicRegistries.addPulls(refOf("gone"), 3));
    await put(store, row("app/n5", { description: "anew" }));
    expect(await store.publicRegistries.entry(refOf("app/n5"))).toMatchObject({ pulls: 1_000 });
    const seen: string[] = [];
    for (let offset = 0; ; offset += 3) {
      const page = await found(store, { text: "app", offset, limit: 3 });
      seen.push(...page.names);
      if (!page.more) break;
    }
    expect(seen[0]).toBe("app/n5");
    expect(seen.toSorted()).toEqual(names);
    expect((await found(store, { order: "PULLS" })).names[0]).toBe("app/n5");
  });

  it("finds a repository by each of very many words, and by none that it had before", async () => {
    const { store } = await open();
    const words = (from: number) => Array.from({ length: 140 }, (_, n) => `w${from + n}`);
    await put(store, row("much", { aboutText: words(0).join(" ") }));
    await put(store, row("much", { aboutText: words(100).join(" ") }), row("other"));
    for (const word of [...words(100), ""]) {
      expect((await found(store, { text: word })).names).toContain("much");
    }
    for (const word of words(0).slice(0, 100)) {
      expect((await found(store, { text: word })).total).toBe(0);
    }
    expect((await found(store, { text: words(234).slice(0, 6).join(" ") })).names).toEqual([
      "much",
    ]);
  });

  it("finds nothing of a repository that was taken out", async () => {
    const { store } = await open();
    await put(store, row("here"), row("gone"));
    await store.transaction(({ publicRegistries }) =>
      publicRegistries.removeGalleryRow(refOf("gone")),
    );
    expect((await found(store, {})).names).toEqual(["here"]);
    expect(await store.publicRegistries.entry(refOf("gone"))).toBeUndefined();
  });
});
