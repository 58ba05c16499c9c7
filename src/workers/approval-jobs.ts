import { concludeIn } from "../registry/approvals/conclude-promotion.ts";
import { promote } from "../registry/approvals/promote.ts";
import type { PromotionReach } from "../registry/approvals/promote-elsewhere.ts";
import {
  type PromotePayload,
  promoteImageKind,
  type RecheckPayload,
  recheckApprovalsKind,
} from "../registry/approvals/queue-approvals.ts";
import { recheckApprovals } from "../registry/approvals/recheck-approvals.ts";
import type { JobHandler } from "./job-handler.ts";

/** About a day: somebody has to mend a policy of another registry. */
const promotionAttempts = 36;

/** Brings what was approved to where it goes. */
export const promoteImageJob = (reach: PromotionReach): JobHandler => ({
  ...{ kind: promoteImageKind, leaseMs: 60_000, maxAttempts: promotionAttempts },
  async run(ports, payload, { registry, signal }) {
    const { repositoryId: id, request } = payload as PromotePayload;
    const repository = registry && (await ports.metadata.repositories.findById({ registry, id }));
    if (repository !== undefined) await promote(ports, reach, repository, request, signal);
  },
  async died(change, { registry, payload, lastError }, now) {
    const { repositoryId: id, request } = JSON.parse(payload) as PromotePayload;
    if (registry === undefined) return;
    const reason = lastError ?? "no worker ended it";
    await concludeIn(change, { registry, id }, request, { state: "FAILED", reason }, now);
  },
});

/** Looks whether approvals are still good, when an image was scanned and when their time is over. */
export const recheckApprovalsJob: JobHandler = {
  ...{ kind: recheckApprovalsKind, leaseMs: 60_000, maxAttempts: 10 },
  async run(ports, payload, { registry }) {
    const { repositoryId: id, digest } = payload as RecheckPayload;
    if (registry !== undefined) await recheckApprovals(ports, { registry, id }, digest);
  },
};
