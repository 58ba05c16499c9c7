/** What happens to an image while it is being approved. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { approveRequest } from "../../src/operations/entrepot/approve-request.ts";
import { putEnvironment } from "../../src/operations/entrepot/put-environment.ts";
import { requestApproval } from "../../src/operations/entrepot/request-approval.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import { gateLimits } from "../../src/registry/gates/gate-limits.ts";
import { addPushers } from "../../src/registry/gates/pusher.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import { ApprovingRegistry } from "../support/approvals.ts";
import { changedStore } from "../support/changed-store.ts";
import { account, deployment } from "../support/ecr.ts";
import { advisory, lodashLayer } from "../support/scanned-registry.ts";

const repositoryName = "team/app";
let story: ApprovingRegistry;
let developer: Caller;
let reviewer: Caller;
let imageDigest: string;
let requestId: string;

beforeEach(async () => {
  story = await ApprovingRegistry.open(repositoryName);
  const everything = { Effect: "Allow", Action: ["ecr:*", "entrepot:*"], Resource: "*" };
  developer = await story.user("developer", everything);
  reviewer = await story.user("reviewer", everything);
  const checks = { blockAtSeverity: "CRITICAL" };
  await story.registry.ask(putEnvironment, { name: "production", checks });
  imageDigest = await story.push(repositoryName, "v1", [lodashLayer], developer);
  await story.settle();
  const wish = { repositoryName, imageDigest, environment: "production", comment: "Release" };
  ({ requestId } = (await story.registry.ask(requestApproval, wish, developer)).request);
});
afterEach(() => story.close());

const approve = () => {
  const said = { repositoryName, requestId, imageDigest, comment: "Looked at" };
  return story.registry.ask(approveRequest, said, reviewer);
};

it("what is found after the facts were read counts, and keeps it from being approved", async () => {
  const { ports } = story.scanned.opened;
  const { metadata } = ports;
  const transaction: MetadataStore["transaction"] = async (work) => {
    Object.assign(ports, { metadata });
    const severity = { database_specific: { severity: "CRITICAL" } };
    await story.matchAgain(advisory("GHSA-0000-0000-0001", "npm", "lodash", "4.17.22", severity));
    return metadata.transaction(work);
  };
  Object.assign(ports, { metadata: changedStore(metadata, { transaction }) });
  const sentence = expect.stringMatching(/can not be approved. 1 finding blocks it/);
  await expect(approve()).rejects.toMatchObject({ kind: "Conflict", message: sentence });
});

it("an image that more have pushed or tagged than are remembered is approved by nobody", async () => {
  const { metadata } = story.scanned.opened.ports;
  const registry = { account, region: deployment.region };
  const repository = (await metadata.repositories.find(
    registry,
    repositoryName as RepositoryName,
  ))!;
  const others = Array.from(
    { length: gateLimits.pushers },
    (_, n) => `arn:aws:iam::${account}:user/other-${n}`,
  );
  const tagged = (by: readonly string[]) =>
    metadata.transaction((change) => addPushers(change, repository, imageDigest as Digest, by));
  await tagged(others);
  await tagged([reviewer.principal.arn]);
  const most = `by ${gateLimits.pushers} principals or more, who are not all remembered`;
  const sentence = expect.stringContaining(most);
  await expect(approve()).rejects.toMatchObject({ kind: "AccessDenied", message: sentence });
});
