import { describe, expect, it } from "vitest";
import { addImage, addRepository, digest, metadataStores, tag } from "./metadata-stores.ts";

const reference = (kind: "layer" | "child", n: number) => ({
  ...{ kind, digest: digest(n), sizeBytes: 10 },
  mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: base images", ({ open }) => {
  it("finds images by the layer that they end in, and no other that has it or is in the trash", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "base/debian");
    const other = await addRepository(store, "base/other");
    const layers = (...of: number[]) => ({
      references: of.map((n) => reference("layer", n)),
    });
    await addImage(store, repository, digest(4), layers(1, 2));
    await addImage(store, repository, digest(3), layers(2));
    await addImage(store, repository, digest(5), layers(2, 1));
    await addImage(store, repository, digest(6), layers(2, 1, 2));
    await addImage(store, repository, digest(7), { references: [reference("child", 2)] });
    await addImage(store, repository, digest(8), layers(2));
    await addImage(store, other, digest(9), layers(2));
    const image = (await store.images.find(repository, digest(8)))!;
    await store.transaction(({ trash }) =>
      trash.putImage({
        ...{ repository, image, tags: [], reason: { kind: "DELETED" }, deletedBy: "b" },
        ...{ deletedAt: 1, expiresAt: 2 },
      }),
    );
    const ending = (lookedAt: number) =>
      store.search.imagesEndingIn(repository, digest(2), lookedAt);
    expect(await ending(9)).toEqual([digest(3), digest(4), digest(6)]);
    expect(await ending(2)).toEqual([digest(3), digest(4)]);
    expect(await store.search.imagesEndingIn(repository, digest(20), 9)).toEqual([]);
  });

  it("tells which tags named an image once, also those that are gone", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "base/debian");
    for (const n of [1, 2, 3]) await addImage(store, repository, digest(n));
    await store.transaction(async ({ tags }) => {
      await tags.put(repository, { tag: tag("b"), digest: digest(1), at: 1 });
      await tags.put(repository, { tag: tag("a"), digest: digest(1), at: 2 });
      await tags.put(repository, { tag: tag("a"), digest: digest(2), at: 3 });
      await tags.put(repository, { tag: tag("c"), digest: digest(3), at: 4 });
      await tags.remove(repository, tag("b"), 5);
    });
    const once = (limit: number, ...of: number[]) =>
      store.search.tagsOnceOf(repository, of.map(digest), limit);
    expect(await once(9, 1)).toEqual(["a", "b"]);
    expect(await once(9, 2, 3)).toEqual(["a", "c"]);
    expect(await once(1, 1, 3)).toEqual(["a"]);
    expect(await once(9)).toEqual([]);
  });
});
