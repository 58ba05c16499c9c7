/** Rules of the pull-through cache. Shapes are those of Amazon ECR. */
import type { getPullThroughCacheTerms as termsOperation } from "../../../src/operations/entrepot/get-pull-through-cache-terms.ts";
import type { listPullThroughCacheUsage } from "../../../src/operations/entrepot/list-pull-through-cache-usage.ts";
import { call } from "./call.ts";
import { type AnswerOf, ask } from "./own.ts";

export interface CacheRule {
  readonly ecrRepositoryPrefix: string;
  readonly upstreamRegistryUrl: string;
  readonly upstreamRegistry?: string;
  readonly upstreamRepositoryPrefix?: string;
  readonly credentialArn?: string;
  readonly createdAt: number;
}

/** Where each kind of upstream is, and whether it lets anybody in without credentials. */
export const upstreams = {
  "docker-hub": { host: "registry-1.docker.io", isClosed: true },
  "ecr-public": { host: "public.ecr.aws", isClosed: false },
  "github-container-registry": { host: "ghcr.io", isClosed: true },
  "gitlab-container-registry": { host: "registry.gitlab.com", isClosed: true },
  k8s: { host: "registry.k8s.io", isClosed: false },
  quay: { host: "quay.io", isClosed: false },
  chainguard: { host: "cgr.dev", isClosed: true },
} as const;

export interface CacheRuleInput {
  readonly ecrRepositoryPrefix: string;
  readonly upstreamRegistryUrl: string;
  readonly upstreamRepositoryPrefix?: string;
  readonly credentialArn?: string;
}

export function listRules(token: { nextToken?: string }, signal: AbortSignal) {
  interface Answer {
    readonly pullThroughCacheRules: readonly CacheRule[];
    readonly nextToken?: string;
  }
  const input = { maxResults: 50, ...token };
  return call<Answer>("ecr", "DescribePullThroughCacheRules", input, signal);
}

export type CacheTerms = AnswerOf<typeof termsOperation>;

export function getTerms(ecrRepositoryPrefix: string, signal: AbortSignal): Promise<CacheTerms> {
  return ask("GetPullThroughCacheTerms", { ecrRepositoryPrefix }, signal);
}

export type CacheUsage = AnswerOf<typeof listPullThroughCacheUsage>["rules"][number];

/** Of the last 24 hours. */
export function cacheUsage(
  signal: AbortSignal,
): Promise<AnswerOf<typeof listPullThroughCacheUsage>> {
  return ask("ListPullThroughCacheUsage", {}, signal);
}

export type UpstreamInput = Pick<CacheRuleInput, "upstreamRegistryUrl" | "credentialArn">;

/** Whether an upstream would let a rule in that says this; none is made. */
export function testUpstream({ upstreamRegistryUrl, credentialArn }: UpstreamInput) {
  return ask("TestPullThroughCacheUpstream", {
    upstreamRegistryUrl,
    ...(credentialArn !== undefined && { credentialArn }),
  });
}

export function createRule(input: CacheRuleInput): Promise<object> {
  return call("ecr", "CreatePullThroughCacheRule", input);
}

export function deleteRule(ecrRepositoryPrefix: string): Promise<object> {
  return call("ecr", "DeletePullThroughCacheRule", { ecrRepositoryPrefix });
}

/** Why the upstream does not let the cache in; absent where it does. */
export async function failureOf(ecrRepositoryPrefix: string): Promise<string | undefined> {
  const answer = await call<{ isValid: boolean; failure?: string }>(
    ...(["ecr", "ValidatePullThroughCacheRule", { ecrRepositoryPrefix }] as const),
  );
  return answer.isValid ? undefined : (answer.failure ?? "");
}
