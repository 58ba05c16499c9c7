import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { type AccountId, repositoryArn } from "../names.ts";
import { issueToken } from "./authorization-token.ts";
import { entityArn } from "./entity.ts";
import { makeSession } from "./issue-session.ts";
import { sessionPrincipal } from "./load-principal.ts";
import type { Organization } from "./organization.ts";
import type { Caller, Principal } from "./principal.ts";
import type { PullScope, Session, SessionClaims } from "./stored-credential.ts";

export interface PullSecretWish {
  readonly description: string;
  readonly pulls: PullScope;
  readonly lifeDays: number;
}

type SecretPorts = Pick<Ports, "metadata" | "memory" | "keys" | "clock">;

const dayMs = 24 * 3600 * 1000;

/** What AmazonEC2ContainerRegistryPullOnly allows, but for tokens: the secret is one. */
const pullActions = [
  "ecr:BatchGetImage",
  "ecr:BatchImportUpstreamImage",
  "ecr:GetDownloadUrlForLayer",
];

/**
 * A password for the user AWS on `/v2/` that acts as the caller, may only pull, and only from the
 * repositories named. It ends when it is deleted, when its user or role is or has its sessions revoked,
 * and with its account. Nothing lets it do more than its maker may at the time of the pull.
 * @throws LimitExceeded
 */
export async function createPullSecret(
  ports: SecretPorts,
  organization: Organization,
  caller: Caller,
  wish: PullSecretWish,
): Promise<{ secret: Session; password: string }> {
  const { principal } = caller;
  const createdAt = ports.clock.now();
  const made =
    principal.session && (await ports.metadata.identity.sessions.find(principal.accessKeyId));
  const { session: secret } = makeSession(ports, {
    kind: "pull-secret",
    owner: ownerOf(principal),
    name: made?.name ?? "",
    claims: claimsOf(wish, made?.claims),
    createdAt,
    expiresAt: createdAt + wish.lifeDays * dayMs,
  });
  const acting = await sessionPrincipal(ports, organization, secret);
  if (acting === undefined) throw gone();
  await ports.metadata.transaction(async ({ identity }) => {
    await identity.accounts.lock(principal.account);
    const count = await identity.sessions.pullSecretCount(principal.account);
    if (count >= limits.pullSecretsPerAccount) {
      const most = limits.pullSecretsPerAccount;
      throw new RegistryError("LimitExceeded", `An account has at most ${most} pull secrets.`);
    }
    await identity.sessions.insert(secret);
  });
  const { region } = wish.pulls.registry;
  const { password } = issueToken(
    ports,
    { ...caller, region, principal: acting },
    wish.lifeDays * dayMs,
  );
  return { secret, password };
}

/** @throws ResourceNotFound unless the account has it */
export async function deletePullSecret(
  ports: Pick<Ports, "metadata" | "memory">,
  account: AccountId,
  id: string,
): Promise<void> {
  await ports.metadata.transaction(async ({ identity: { sessions } }) => {
    const secret = await sessions.find(id);
    if (secret?.kind !== "pull-secret" || secret.owner.account !== account) {
      throw new RegistryError("ResourceNotFound", `There is no pull secret ${id}`);
    }
    await sessions.remove(id);
  });
  ports.memory.access.forgetPrincipals();
}

/** The ARN of who a pull secret acts as; `undefined` where that one is no more. */
export async function pullSecretOwner(
  { metadata }: Pick<Ports, "metadata">,
  { owner }: Pick<Session, "owner">,
): Promise<string | undefined> {
  if (owner.id === owner.account) return `arn:aws:iam::${owner.account}:root`;
  const entity = await metadata.identity.entities.findById(owner.id);
  return entity && entityArn(entity);
}

function ownerOf({ account, uniqueId }: Principal): Session["owner"] {
  const [id = ""] = uniqueId.split(":");
  return { account, id };
}

/**
 * What the secret says of itself. Policies of a session are added to one another, so where the caller's
 * has some already, those of the secret only take away.
 */
function claimsOf(wish: PullSecretWish, made: SessionClaims | undefined): Partial<SessionClaims> {
  const isLimited = made !== undefined && made.policies.length + made.policyArns.length > 0;
  return {
    ...made,
    policies: [...(made?.policies ?? []), pullPolicy(wish.pulls, !isLimited)],
    description: wish.description,
    pulls: wish.pulls,
  };
}

/**
 * The denials hold whatever a repository's own policy says: one that names a user, or everyone, is not
 * limited by what a session policy does not allow (IAM, "Policy evaluation logic").
 */
function pullPolicy({ registry, repositories }: PullScope, allows: boolean): string {
  const arns = repositories.map((name) => repositoryArn(registry, name));
  const allow = { Effect: "Allow", Action: pullActions, Resource: arns };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      ...(allows ? [allow] : []),
      { Effect: "Deny", NotAction: pullActions, Resource: "*" },
      { Effect: "Deny", Action: "*", NotResource: arns },
    ],
  });
}

/** The caller was deleted, or its sessions revoked, since it signed the request. */
function gone(): RegistryError {
  return new RegistryError(
    "UnrecognizedClient",
    "The security token included in the request is invalid.",
  );
}
