import { describe, expect, it } from "vitest";
import type { Gate, Review, Verdict } from "../../src/registry/gates/gate.ts";
import type { RepositoryRef } from "../../src/registry/repositories/repository.ts";
import {
  addImage,
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  registry,
} from "./metadata-stores.ts";

const gate = (name: string, changes: Partial<Gate> = {}): Gate => ({
  ...{ registry, name, createdAt: 1, updatedAt: 2, appliedAt: undefined },
  rule: {
    ...{ repositories: ["*"], tags: ["v*"], mode: "enforce", requireScan: true },
    ...{ unsupported: "block", blockKnownExploited: true, onlyFixable: false },
    ...{
      blockWhen: [{ StringEquals: { CVE: ["x"] } }],
      graceDays: 3,
      requireReview: false,
      signedBy: ["release"],
    },
  },
  ...changes,
});
const ref = ({ registry: of, id }: RepositoryRef): RepositoryRef => ({ registry: of, id });
const verdict = (of: RepositoryRef, n: number, changes: Partial<Verdict> = {}): Verdict => ({
  ...{ repository: ref(of), digest: digest(n), state: "QUARANTINED", review: undefined },
  reasons: [
    { code: "ScanFailed", gate: "g", mode: "enforce", holds: "QUARANTINED", sentence: "s" },
  ],
  ...{ changedAt: 1, judgedAt: undefined },
  ...changes,
});
const review = (of: RepositoryRef, n: number, changes: Partial<Review> = {}): Review => ({
  ...{ repository: ref(of), digest: digest(n), reviewer: "arn:a", decision: "APPROVED" },
  ...{ comment: "c", at: 5, until: 9, ended: undefined },
  ...changes,
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: gates", ({ open }) => {
  it("keeps the gates of each registry by name, and says when all were applied", async () => {
    const { store, reopen } = await open();
    const [other = registry] = otherRegistries;
    await store.transaction(async ({ gates }) => {
      for (const each of [gate("b"), gate("a"), gate("a", { registry: other })]) {
        await gates.put(each);
      }
      await gates.put(gate("b", { createdAt: 7, updatedAt: 8 }));
      await gates.setApplied(registry, 9);
    });
    const reopened = await reopen();
    expect(await reopened.gates.list(registry)).toEqual([
      gate("a", { appliedAt: 9 }),
      // Putting one again does not change when it was made.
      gate("b", { updatedAt: 8, appliedAt: 9 }),
    ]);
    expect(await reopened.gates.find(other, "a")).toEqual(gate("a", { registry: other }));
    const remove = () => reopened.transaction(({ gates }) => gates.remove(registry, "a"));
    expect([await remove(), await remove()]).toEqual([true, false]);
    expect(await reopened.gates.find(registry, "a")).toBeUndefined();
  });

  it("keeps with a verdict what it holds back in the image's row, and lets both go together", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    for (const n of [1, 2, 3]) await addImage(store, repository, digest(n));
    const pending = verdict(repository, 2, { state: "PENDING", review: "PENDING" });
    const allowed = verdict(repository, 3, { state: "ALLOWED", reasons: [], judgedAt: 4 });
    await store.transaction(async ({ gates }) => {
      for (const each of [verdict(repository, 1), pending, allowed]) await gates.putVerdict(each);
    });
    const hold = async (n: number) => (await store.images.find(repository, digest(n)))?.hold;
    expect([await hold(1), await hold(2), await hold(3)]).toEqual([
      ...["QUARANTINED", "PENDING", undefined],
    ]);
    const found = await store.images.resolve(registry, repository.name, { digest: digest(1) });
    expect(found?.image?.hold).toBe("QUARANTINED");
    expect(await store.gates.verdict(repository, digest(3))).toEqual(allowed);
    const page = { limit: 9 };
    expect(await store.gates.verdicts(registry, page, { state: "PENDING" })).toEqual([pending]);
    expect(await store.gates.verdictsIn(repository, page, { review: "PENDING" })).toEqual([
      pending,
    ]);
    expect(await store.gates.verdicts(registry, page, { review: "APPROVED" })).toEqual([]);
    const after = { repositoryId: repository.id, digest: digest(2) };
    const rest = await store.gates.verdicts(registry, { after, limit: 9 }, { state: "PENDING" });
    expect(rest).toEqual([]);
    await store.transaction(({ gates }) => gates.removeVerdict(repository, digest(1)));
    expect(await hold(1)).toBeUndefined();
    await store.transaction(({ images }) => images.remove(repository, digest(2)));
    expect(await store.gates.verdict(repository, digest(2))).toBeUndefined();
  });

  it("keeps quarantines and reviews by digest, whatever becomes of the image, and who pushed it", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    await addImage(store, repository, digest(1));
    const quarantine = {
      repository: ref(repository),
      digest: digest(1),
      reason: "r",
      by: "b",
      at: 1,
    };
    const second = review(repository, 1, { reviewer: "arn:b", at: 6, until: undefined });
    const ended = review(repository, 1, { ended: { at: 7, because: "new" } });
    await store.transaction(async ({ gates, images }) => {
      await gates.putQuarantine({ ...quarantine, reason: "older" });
      await gates.putQuarantine(quarantine);
      for (const each of [review(repository, 1), second, ended]) await gates.putReview(each);
      await gates.putReview(review(repository, 2, { decision: "REJECTED" }));
      await gates.setPushers(repository, digest(1), ["arn:p", "arn:q"]);
      expect(await gates.pushers(repository, digest(1))).toEqual(["arn:p", "arn:q"]);
      await images.remove(repository, digest(1));
    });
    expect(await store.gates.quarantine(repository, digest(1))).toEqual(quarantine);
    expect(await store.gates.reviews(repository, digest(1))).toEqual([second, ended]);
    expect(await store.gates.approvals(repository, 1)).toEqual([second]);
    expect(await store.gates.pushers(repository, digest(1))).toEqual([]);
    const release = () =>
      store.transaction(({ gates }) => gates.removeQuarantine(repository, digest(1)));
    expect([await release(), await release()]).toEqual([true, false]);
  });
});
