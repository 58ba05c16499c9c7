import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../../registry/errors.ts";
import type { Caller, Principal } from "../../registry/identity/principal.ts";
import { accountOfPrincipal, principalByArn } from "../../registry/identity/principal-by-arn.ts";
import { lookUpKey } from "../../registry/kms/find-key.ts";
import { namedKeyResource } from "../../registry/kms/key-access.ts";
import type { EncryptionContext } from "../../registry/kms/kms-key.ts";
import { type AccountId, isAccountId, isRegion } from "../../registry/names.ts";
import { type Resource, repositoryAsResource } from "../../registry/policy/authorize.ts";
import { explainDecision } from "../../registry/policy/explain-decision.ts";
import type { Explanation, StatementOf } from "../../registry/policy/explanation.ts";
import { type DraftPolicies, judgeDraft } from "../../registry/policy/judge-draft.ts";
import { RequestContext } from "../../registry/policy/request-context.ts";
import { parseRepositoryArn } from "../ecr/resource.ts";
import { policyText, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/** One statement of a policy that was consulted. */
export interface StatementAnswer {
  readonly policy: string;
  readonly policyType: string;
  readonly side: string;
  /** From 1. */
  readonly statement: number;
  readonly sid: string | undefined;
  readonly effect: string;
  readonly matched: boolean;
  /** Each element that does not fit, in a sentence. */
  readonly misses: readonly string[];
}

export interface AccessAnswer {
  readonly principalArn: string;
  readonly action: string;
  readonly resourceArn: string;
  readonly allowed: boolean;
  /** Why not, in IAM's words. */
  readonly because: string | undefined;
  /** The statement that decided, where one did. */
  readonly decidedBy: StatementAnswer | undefined;
  readonly statements: readonly StatementAnswer[];
  readonly nearMisses: readonly StatementAnswer[];
  /** Condition keys that a statement asks for and the request has not. */
  readonly missingContextKeys: readonly string[];
}

const contextEntries = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/**
 * Whether a principal of the caller's account may do something, and why: every policy that has a say,
 * statement by statement. Another account's policies are not shown. Policies that are still being written
 * can be tried: those of a repository or of the registry of the caller's account.
 */
export const explainAccess = operation("entrepot:ExplainAccess", {
  input: request({
    principalArn: z.string().min(1).max(2048),
    action: z.string().regex(/^[a-z0-9-]+:[A-Za-z0-9]+$/),
    resourceArn: z.string().min(1).max(2048),
    /** Condition keys and values beside those that the principal brings. */
    context: contextEntries.default({}),
    /** Policies that are not put yet, in the place of the repository's and the registry's; "" for none. */
    repositoryPolicyText: policyText.optional(),
    registryPolicyText: policyText.optional(),
  }),
  resource: ({ principalArn }, caller) => ({
    arn: principalArn,
    account: accountOfPrincipal(principalArn) ?? caller.principal.account,
  }),
  access: "Read",
  errors: ["InvalidParameter", "NoSuchEntity"],
  async handle(input, { ports, organization, caller }): Promise<AccessAnswer> {
    const { principalArn, action, resourceArn } = input;
    const principal = await principalByArn(ports, organization, principalArn);
    if (principal === undefined) {
      throw new RegistryError("NoSuchEntity", `There is no principal ${principalArn}`);
    }
    const resource =
      (await keyNamed(ports, caller, { principal, arn: resourceArn, context: input.context })) ??
      resourceOf(resourceArn, caller.principal.account);
    const conditions = Object.entries(input.context).map(
      ([key, value]) => [key.toLowerCase(), value] as const,
    );
    const asked = { ...caller, principal };
    const context = new RequestContext(asked, ports.clock.now(), new Map(conditions));
    const isOwn = resource.account === caller.principal.account;
    const drafts = draftsOf(input, isOwn);
    const judged = await judgeDraft(ports, principal, action, resource, context, drafts);
    // Of what another account owns neither policies nor tags are told of (I7).
    const shown = isOwn ? judged.policies : { ...judged.policies, resource: [] };
    const explanation = explainDecision(
      { principal, action, resource, context: isOwn ? judged.context : context },
      shown,
      { grants: resource.grants ?? "either" },
    );
    const { allowed } = judged.decision;
    const { decision } = explanation;
    return {
      ...{ principalArn, action, resourceArn, allowed },
      because: allowed || decision.allowed ? undefined : decision.because,
      ...described(explanation),
    };
  },
});

/** @throws InvalidParameter for drafts for what is another account's */
function draftsOf(
  {
    repositoryPolicyText: repository,
    registryPolicyText: registry,
  }: { repositoryPolicyText?: string | undefined; registryPolicyText?: string | undefined },
  isOwn: boolean,
): DraftPolicies {
  const hasSome = repository !== undefined || registry !== undefined;
  if (hasSome && !isOwn) {
    throw invalidParameter("resourceArn", "Drafts are for what is the caller's account's own");
  }
  return { repository, registry };
}

function described(explanation: Explanation) {
  const { decision, policies, nearMisses, missingContextKeys } = explanation;
  const statements = policies.flatMap(({ side, policy, statements }) =>
    statements.map((statement) => statementAnswer({ side, policy, statement })),
  );
  const { by } = decision;
  const decidedBy = statements.find(
    ({ policy, statement, side }) =>
      by?.policy.source === policy && by.side === side && by.statement.index + 1 === statement,
  );
  return {
    decidedBy,
    statements,
    nearMisses: nearMisses.map(statementAnswer),
    missingContextKeys,
  };
}

function statementAnswer({ side, policy, statement }: StatementOf): StatementAnswer {
  return {
    policy: policy.source,
    policyType: policy.type,
    side,
    statement: statement.index + 1,
    sid: statement.sid,
    effect: statement.effect,
    matched: statement.matched,
    misses: statement.misses.map(({ element, operator, key, wanted, actual }) => {
      const what = element === "condition" ? `${operator} ${key}` : element;
      const is = actual === undefined ? "absent" : [actual].flat().join(", ");
      return `${what} is ${is}, wanted is ${wanted.join(" or ")}`;
    }),
  };
}

/**
 * A key of the caller's own account, with its policy and every grant to the principal that may come near.
 * Another account's says nothing here.
 */
async function keyNamed(
  ports: Ports,
  { principal: { account } }: Caller,
  asked: { principal: Principal; arn: string; context: z.output<typeof contextEntries> },
): Promise<Resource | undefined> {
  const { arn, context, principal } = asked;
  const [, keyRegion = "", owner] = keyArnShape.exec(arn) ?? [];
  if (owner !== account || !isRegion(keyRegion)) return undefined;
  const registry = { account, region: keyRegion };
  const named = await lookUpKey(ports, registry, arn);
  return namedKeyResource(ports, named, {
    principal,
    encryptionContext: encryptionContextOf(context),
    viaService: [context["kms:ViaService"] ?? []].flat()[0],
    everyGrant: true,
  });
}

const keyArnShape = /^arn:aws:kms:([^:]+):([0-9]{12}):(?:key\/[0-9a-f-]{36}|alias\/[\w/-]+)$/;

const contextPrefix = "kms:EncryptionContext:";

function encryptionContextOf(context: z.output<typeof contextEntries>): EncryptionContext {
  const pairs = Object.entries(context).flatMap(([key, value]) =>
    key.startsWith(contextPrefix)
      ? [[key.slice(contextPrefix.length), [value].flat()[0] ?? ""]]
      : [],
  );
  return Object.fromEntries(pairs) as EncryptionContext;
}

/** @throws InvalidParameter for what is neither "*" nor an ARN with an account */
function resourceOf(arn: string, own: AccountId): Resource {
  if (arn === "*") return { arn, account: own, grants: "identity-only" };
  const repository = parseRepositoryArn(arn);
  if (repository !== undefined) return repositoryAsResource(repository.registry, repository.name);
  const account = arn.split(":")[4] ?? "";
  if (!arn.startsWith("arn:aws:") || !(account === "" || isAccountId(account))) {
    throw invalidParameter("resourceArn", "Invalid ARN");
  }
  return { arn, account: account === "" ? own : account };
}
