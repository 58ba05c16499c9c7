/** Whoever may list a registry is told nothing of a repository of which he may not ask by its name. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { ApprovingRegistry } from "../../../test/support/approvals.ts";
import { account, callerOf, deployment } from "../../../test/support/ecr.ts";
import { debianLayer } from "../../../test/support/scanned-registry.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { batchDeleteImage } from "../ecr/batch-delete-image.ts";
import { deleteRepository } from "../ecr/delete-repository.ts";
import { listCoverage } from "../inspector2/list-coverage.ts";
import { listFindingAggregations } from "../inspector2/list-finding-aggregations.ts";
import { listFindings } from "../inspector2/list-findings.ts";
import { listApprovalRequests } from "./list-approval-requests.ts";
import { listHeldImages } from "./list-held-images.ts";
import { listReviews } from "./list-reviews.ts";
import { listTrash } from "./list-trash.ts";
import { putEnvironment } from "./put-environment.ts";
import { putGate } from "./put-gate.ts";
import { quarantineImage } from "./quarantine-image.ts";
import { requestApproval } from "./request-approval.ts";
import { searchFindings } from "./search-findings.ts";

const [open, secret] = ["team/app", "secret/app"];
const gone = ["team/gone", "secret/gone"];
let story: ApprovingRegistry;
let visitor: Caller;

beforeAll(async () => {
  story = await ApprovingRegistry.open(open, secret, ...gone);
  const { registry } = story;
  registry.keepTrash(7);
  const everything = { Effect: "Allow", Action: "*", Resource: "*" };
  const hidden = `arn:aws:ecr:${deployment.region}:${account}:repository/secret/*`;
  visitor = await story.user("visitor", everything, {
    ...{ Effect: "Deny", Action: ["entrepot:*", "ecr:*"], Resource: hidden },
  });
  const wishes = { name: "production", promote: { repository: "prod/*", tag: "live-*" } };
  await registry.ask(putEnvironment, wishes);
  await registry.ask(putGate, { name: "seen", repositories: ["*/app"], requireReview: true });
  for (const repositoryName of [open, secret]) {
    const push = (tag: string) => story.push(repositoryName, tag, [debianLayer], callerOf(account));
    const [asked, held, deleted] = [await push("v1"), await push("v2"), await push("v3")];
    const of = (imageDigest: string) => ({ repositoryName, imageDigest, imageId: { imageDigest } });
    await story.settle();
    const { repositoryName: name, imageId } = of(held);
    await registry.ask(quarantineImage, { repositoryName: name, imageId, reason: "Looks bad" });
    await registry.ask(requestApproval, {
      ...{ repositoryName, imageDigest: asked, environment: "production", comment: "Now" },
    });
    const imageIds = [{ imageDigest: deleted }];
    await registry.ask(batchDeleteImage, { repositoryName, imageIds });
  }
  for (const repositoryName of gone) await registry.ask(deleteRepository, { repositoryName });
});
afterAll(() => story.close());

interface Details {
  readonly awsEcrContainerImage?: { readonly repositoryName?: string | undefined } | undefined;
}

interface Named {
  readonly repositoryName: string;
}
const ofFindings = (
  findings: readonly {
    resources?: readonly { details?: Details | undefined }[] | undefined;
  }[] = [],
) =>
  findings.map(({ resources }) => {
    return { repositoryName: resources?.[0]?.details?.awsEcrContainerImage?.repositoryName ?? "" };
  });
const names = (items: readonly Named[]) =>
  [...new Set(items.map(({ repositoryName }) => repositoryName))].sort();

it.each<[string, (caller?: Caller) => Promise<readonly Named[]>, string[]]>([
  [
    "ListReviews",
    async (caller) => (await story.registry.ask(listReviews, {}, caller)).reviews,
    [open, secret],
  ],
  [
    "ListHeldImages",
    async (caller) => (await story.registry.ask(listHeldImages, {}, caller)).images,
    [open, secret],
  ],
  [
    "ListApprovalRequests",
    async (caller) => (await story.registry.ask(listApprovalRequests, {}, caller)).requests,
    [open, secret],
  ],
  [
    "images of ListTrash",
    async (caller) => (await story.registry.ask(listTrash, {}, caller)).images,
    [open, secret],
  ],
  [
    "repositories of ListTrash",
    async (caller) => (await story.registry.ask(listTrash, {}, caller)).repositories,
    gone,
  ],
  [
    "findings of SearchFindings",
    async (caller) => ofFindings((await story.registry.ask(searchFindings, {}, caller)).findings),
    [open, secret],
  ],
  ...([undefined, { field: "SEVERITY", sortOrder: "DESC" }] as const).map((sortCriteria) => {
    const list = async (caller?: Caller) =>
      ofFindings((await story.registry.ask(listFindings, { sortCriteria }, caller)).findings);
    return [`ListFindings in ${sortCriteria ? "an" : "no"} order`, list, [open, secret]] as [
      string,
      typeof list,
      string[],
    ];
  }),
  [
    "repositories of ListFindingAggregations",
    async (caller) => {
      const aggregationType = "REPOSITORY";
      const answer = await story.registry.ask(listFindingAggregations, { aggregationType }, caller);
      return (answer.responses ?? []).map(({ repositoryAggregation }) => {
        return { repositoryName: repositoryAggregation?.repository ?? "" };
      });
    },
    [open, secret],
  ],
  [
    "ListCoverage",
    async (caller) => {
      const { coveredResources } = await story.registry.ask(listCoverage, {}, caller);
      return (coveredResources ?? []).map(({ resourceMetadata }) => {
        return { repositoryName: resourceMetadata?.ecrRepository?.name ?? "" };
      });
    },
    [open, secret],
  ],
])("%s", async (_title, list, all) => {
  expect(names(await list())).toEqual(all.toSorted());
  expect(names(await list(visitor))).toEqual(all.filter((name) => name.startsWith("team/")));
});
