import { describe, expect, it } from "vitest";
import type { ObjectId } from "../../src/registry/names.ts";
import type { ImageSigning, SigningProfile } from "../../src/registry/signing/signing.ts";
import type { TrustedSigner } from "../../src/registry/signing/trusted-signer.ts";
import {
  addImage,
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  registry,
} from "./metadata-stores.ts";

const profile = (name: string, changes: Partial<SigningProfile> = {}): SigningProfile => ({
  ...{ registry, name, version: "abcdefghij", status: "Active", tags: { team: "a" } },
  ...{ validity: { value: 3, type: "DAYS" }, certificates: ["own", "authority"] },
  ...{ createdAt: 1, endedAt: undefined },
  key: {
    ...{ object: "0".repeat(32) as ObjectId, wrappedKey: Uint8Array.of(1, 2) },
    ...{ sizeBytes: 3, content: Uint8Array.of(4, 5, 6) },
  },
  ...changes,
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: signing", ({ open }) => {
  it("keeps profiles of each registry by name, the last one that was put", async () => {
    const { store, reopen } = await open();
    const elsewhere = profile("a", { registry: otherRegistries[0]! });
    const changed = profile("a", { status: "Canceled", endedAt: 9, version: "1234567890" });
    await store.transaction(async ({ signings }) => {
      for (const each of [profile("b"), profile("a"), elsewhere, changed]) {
        await signings.putProfile(each);
      }
    });
    const { signings } = await reopen();
    expect(await signings.findProfile(registry, "a")).toEqual(changed);
    expect(await signings.findProfile(registry, "c")).toBeUndefined();
    expect(await signings.findProfile(otherRegistries[0]!, "a")).toEqual(elsewhere);
    expect(await signings.listProfiles(registry, { limit: 9 })).toEqual([changed, profile("b")]);
    const page = { after: "a", limit: 1 };
    expect(await signings.listProfiles(registry, page)).toEqual([profile("b")]);
  });

  it("keeps what became of an image's signatures until the image goes", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "app");
    await addImage(store, repository, digest(1));
    const signing = (profileArn: string): ImageSigning => ({
      ...{ repository: { registry: repository.registry, id: repository.id }, digest: digest(1) },
      ...{ profileArn, status: "IN_PROGRESS", failureCode: undefined, failureReason: undefined },
      ...{ signature: undefined, requestedAt: 7 },
    });
    const done: ImageSigning = { ...signing("a"), status: "COMPLETE", signature: digest(2) };
    await store.transaction(async ({ signings }) => {
      for (const each of [signing("b"), signing("a"), done]) await signings.put(each);
    });
    expect(await store.signings.ofImage(repository, digest(1))).toEqual([done, signing("b")]);
    expect(await store.signings.ofImage(repository, digest(2))).toEqual([]);
    await store.transaction((change) => change.images.remove(repository, digest(1)));
    expect(await store.signings.ofImage(repository, digest(1))).toEqual([]);
    const absent = store.transaction(({ signings }) => signings.put(signing("a")));
    await expect(absent).rejects.toThrow();
  });

  it("keeps the trusted signers of each registry by name, the last one that was put", async () => {
    const { store, reopen } = await open();
    const signer = (name: string, changes: Partial<TrustedSigner> = {}): TrustedSigner => ({
      ...{ registry, name, kind: "PUBLIC_KEY", pem: "key", repositories: ["team/*"], subject: [] },
      ...{ putBy: "arn", putAt: 1, ...changes },
    });
    const elsewhere = signer("a", { registry: otherRegistries[0]! });
    const changed = signer("a", { kind: "CERTIFICATE", subject: ["CN=release"], putAt: 9 });
    await store.transaction(async ({ signings }) => {
      for (const each of [signer("b"), signer("a"), elsewhere, changed]) {
        await signings.putTrustedSigner(each);
      }
    });
    const reopened = await reopen();
    const { signings } = reopened;
    expect(await signings.trustedSigners(registry)).toEqual([changed, signer("b")]);
    const removed = await reopened.transaction(async (change) => [
      await change.signings.removeTrustedSigner(registry, "a"),
      await change.signings.removeTrustedSigner(registry, "a"),
    ]);
    expect(removed).toEqual([true, false]);
    expect(await signings.trustedSigners(registry)).toEqual([signer("b")]);
    expect(await signings.trustedSigners(otherRegistries[0]!)).toEqual([elsewhere]);
  });
});
