import type { AccountId, Registry, RepositoryName } from "../names.ts";
import type { Attached, Decision, GrantRule, PolicySet } from "./policy-request.ts";
import type { RequestContext } from "./request-context.ts";

/** What an action is asked on: its ARN ("*" where the action takes no resource) and whose it is. */
export interface Resource {
  readonly arn: string;
  readonly account: AccountId;
  /** The registry whose policy has a say; absent where the resource is not of ECR. */
  readonly registry?: Registry | undefined;
  /** The repository, where the ARN names a single one. */
  readonly repository?: RepositoryName | undefined;
  /** The resource's own policies, where it is neither a registry nor in one. */
  readonly policies?: readonly Attached[] | undefined;
  /** The resource's tags and the like, where it is not a repository: condition keys and values. */
  readonly conditions?: ReadonlyMap<string, string | readonly string[]> | undefined;
  /** The ARN that those of other accounts know it by, where that is another one. */
  readonly calledByOthers?: string | undefined;
  /** Which side can grant; by default either. */
  readonly grants?: GrantRule | undefined;
}

/** What a decision was made from, for whoever explains it. */
export interface Judgement {
  readonly decision: Decision;
  readonly policies: PolicySet;
  readonly context: RequestContext;
}
