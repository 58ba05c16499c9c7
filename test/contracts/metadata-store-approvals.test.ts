import { describe, expect, it } from "vitest";
import type {
  Approval,
  ApprovalRequest,
  Environment,
} from "../../src/registry/approvals/approval.ts";
import type { Repository } from "../../src/registry/repositories/repository.ts";
import {
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  registry,
} from "./metadata-stores.ts";

const environment = (name: string, changes: Partial<Environment> = {}): Environment => ({
  ...{ registry, name, createdAt: 1, updatedAt: 2 },
  rule: {
    ...{ approvals: 2, reviewers: ["a", "b"], days: 9, promote: { repository: "prod/*" } },
    checks: {
      ...{ requireScan: true, blockKnownExploited: true, onlyFixable: false, signedBy: ["p"] },
      ...{ requireSbom: false, blockAtSeverity: "HIGH" },
    },
    emergencyHours: 0,
  },
  ...changes,
});
const request = (
  { registry: of, id: repositoryId }: Repository,
  id: string,
  changes: Partial<ApprovalRequest> = {},
): ApprovalRequest => ({
  ...{ repository: { registry: of, id: repositoryId }, id, digest: digest(1), state: "PENDING" },
  ...{ environment: "production", requester: "r", comment: "c", requestedAt: 5, checks: [] },
  evidence: {
    ...{ gatheredAt: 5, scan: { status: "ACTIVE", endedAt: 4 }, verdict: "ALLOWED", packages: 3 },
    findings: { total: 1, suppressed: 0, bySeverity: { HIGH: 1 }, knownExploited: 0 },
    ...{ referrers: [{ digest: digest(2), artifactType: "t" }], signedBy: ["p"], builtAt: 1 },
    difference: { to: digest(3), findings: 1, packages: 2 },
  },
  decisions: [{ reviewer: "a", decision: "APPROVED", comment: "c", at: 6 }],
  ...{ decidedAt: 7, until: 8, isEmergency: false },
  promotion: {
    ...{ state: "DONE", repositoryName: "prod/a", tag: "t", attestation: digest(4), reason: "r" },
  },
  ...changes,
});
const approval = ({ registry: of, id }: Repository, changes: Partial<Approval> = {}): Approval => ({
  ...{ repository: { registry: of, id }, digest: digest(1), environment: "production" },
  ...{ request: "1", requestedIn: id, approvedAt: 1, until: 9, isEmergency: false },
  ended: { at: 3, because: "b" },
  ...changes,
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: approvals", ({ open }) => {
  it("keeps environments of each registry by name, the last one that was put", async () => {
    const { store, reopen } = await open();
    const changed = environment("a", { updatedAt: 9 });
    const elsewhere = environment("a", { registry: otherRegistries[0]! });
    await store.transaction(async ({ approvals }) => {
      for (const each of [environment("b"), environment("a"), elsewhere, changed]) {
        await approvals.putEnvironment(each);
      }
    });
    const again = await reopen();
    const { approvals } = again;
    expect(await approvals.environments(registry)).toEqual([changed, environment("b")]);
    expect(await approvals.environment(otherRegistries[0]!, "a")).toEqual(elsewhere);
    expect(await approvals.environment(registry, "c")).toBeUndefined();
    await again.transaction(async (change) => {
      expect(await change.approvals.removeEnvironment(registry, "a")).toBe(true);
      expect(await change.approvals.removeEnvironment(registry, "a")).toBe(false);
    });
    expect(await approvals.environments(registry)).toEqual([environment("b")]);
  });

  it("lists requests by state and id, of a registry and of a repository", async () => {
    const { store } = await open();
    const [a, b] = [await addRepository(store, "a"), await addRepository(store, "b")];
    const decided = request(a, "2", { state: "APPROVED" });
    await store.transaction(async ({ approvals }) => {
      for (const each of [request(a, "3"), request(b, "1"), request(a, "2"), decided]) {
        await approvals.putRequest(each);
      }
    });
    const { approvals } = store;
    const page = { limit: 9 };
    expect(await approvals.requests(registry, "PENDING", page)).toEqual([
      ...[request(b, "1"), request(a, "3")],
    ]);
    const rest = await approvals.requests(registry, "PENDING", { after: "1", limit: 1 });
    expect(rest).toEqual([request(a, "3")]);
    expect(await approvals.requestsIn(a, "PENDING", page)).toEqual([request(a, "3")]);
    expect(await approvals.requestsIn(a, "APPROVED", page)).toEqual([decided]);
    await store.transaction((change) => change.approvals.putRequest(request(a, "4")));
    const newest = await approvals.newestIn(a, "PENDING", 2);
    expect(newest).toEqual([request(a, "4"), request(a, "3")]);
    expect(await approvals.newestIn(a, "PENDING", 1)).toEqual([request(a, "4")]);
    expect(await approvals.request(a, "2")).toEqual(decided);
    expect(await approvals.request(b, "2")).toBeUndefined();
  });

  it("keeps one approval of each image and environment until the repository goes", async () => {
    const { store } = await open();
    const [a, b] = [await addRepository(store, "a"), await addRepository(store, "b")];
    const changed = approval(a, { ended: undefined, until: 99 });
    const staging = approval(a, { environment: "staging" });
    await store.transaction(async ({ approvals }) => {
      for (const each of [staging, approval(a), changed, approval(b)]) {
        await approvals.putApproval(each);
      }
      await approvals.putRequest(request(a, "1"));
    });
    expect(await store.approvals.approvals(a, digest(1))).toEqual([changed, staging]);
    expect(await store.approvals.approvals(a, digest(2))).toEqual([]);
    await store.transaction((change) => change.repositories.remove(a, 1));
    expect(await store.approvals.approvals(a, digest(1))).toEqual([]);
    expect(await store.approvals.request(a, "1")).toBeUndefined();
    expect(await store.approvals.approvals(b, digest(1))).toEqual([approval(b)]);
  });
});
