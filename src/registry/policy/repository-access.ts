import type { Ports } from "../../ports/ports.ts";
import type { Organization } from "../identity/organization.ts";
import type { Caller } from "../identity/principal.ts";
import { principalByArn } from "../identity/principal-by-arn.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { repositoryAsResource } from "./authorize.ts";
import { type DraftPolicies, judgeDraft } from "./judge-draft.ts";
import type { Resource } from "./judgement.ts";
import { RequestContext } from "./request-context.ts";

/**
 * What people do with a repository, and what each takes: all of its actions have to be allowed. Source:
 * ECR, "Private repository policy examples"; logging in is of the registry, not of the repository.
 */
export const repositoryPurposes = {
  PULL: ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  PUSH: [
    ...["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability"],
    ...["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"],
    "ecr:PutImage",
  ],
  SCAN: ["ecr:StartImageScan", "ecr:DescribeImageScanFindings"],
  DELETE: ["ecr:BatchDeleteImage", "ecr:DeleteRepository"],
  ADMINISTER: ["ecr:SetRepositoryPolicy", "ecr:PutLifecyclePolicy", "ecr:PutImageTagMutability"],
} as const;
export type RepositoryPurpose = keyof typeof repositoryPurposes;

/** What is not allowed of what a purpose takes: nothing, if somebody can do it. */
export type MissingActions = Readonly<Record<RepositoryPurpose, readonly string[]>>;

const purposes = Object.keys(repositoryPurposes) as RepositoryPurpose[];
const actions = [...new Set(Object.values(repositoryPurposes).flat())];

/**
 * What a principal can do with a repository, by all policies that have a say, and by drafts in the place
 * of those that are in force. Conditions on the request's source or image tag find none.
 * @returns `undefined` where there is no such principal
 * @throws InvalidParameter for a draft that is no policy
 */
export async function missingActions(
  ports: Ports,
  organization: Organization,
  asked: {
    readonly caller: Caller;
    readonly principalArn: string;
    readonly registry: Registry;
    readonly repository: RepositoryName;
    readonly drafts: DraftPolicies;
  },
): Promise<MissingActions | undefined> {
  const { caller, principalArn, registry, repository, drafts } = asked;
  const principal = await principalByArn(ports, organization, principalArn);
  if (principal === undefined) return undefined;
  const context = new RequestContext({ ...caller, principal }, ports.clock.now(), new Map());
  const wanted = repositoryAsResource(registry, repository);
  const anywhere: Resource = { arn: "*", account: registry.account, grants: "identity-only" };
  const refused = new Set<string>();
  for (const action of actions) {
    const isLogin = action === "ecr:GetAuthorizationToken";
    const resource = isLogin ? anywhere : wanted;
    const tried = isLogin ? {} : drafts;
    const { decision } = await judgeDraft(ports, principal, action, resource, context, tried);
    if (!decision.allowed) refused.add(action);
  }
  return Object.fromEntries(
    purposes.map((purpose) => [
      purpose,
      repositoryPurposes[purpose].filter((action) => refused.has(action)),
    ]),
  ) as unknown as MissingActions;
}
