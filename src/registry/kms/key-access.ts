import type { Ports } from "../../ports/ports.ts";
import { BoundedCache } from "../bounded-cache.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import type { Resource } from "../policy/authorize.ts";
import type { PolicyPrincipal } from "../policy/policy-principal.ts";
import type { Attached } from "../policy/policy-request.ts";
import { contextConditions } from "./encryption-context.ts";
import type { NamedKey } from "./find-key.ts";
import { grantPolicy } from "./grant-policy.ts";
import { scopesOf } from "./grant-scope.ts";
import { type EncryptionContext, type KmsGrant, type KmsKey, kmsKeyArn } from "./kms-key.ts";
import { kmsLimits } from "./kms-limits.ts";
import type { RememberedKey } from "./remembered-key.ts";

type AccessPorts = Pick<Ports, "metadata" | "clock" | "memory">;

/** What a decision on a key depends on beside the key. */
export interface KeyRequest {
  readonly principal: PolicyPrincipal;
  /** Of a use of the key, or of a grant that is asked for. */
  readonly encryptionContext?: EncryptionContext | undefined;
  /** The service that asks for the principal, such as `ecr.us-east-1.amazonaws.com`. */
  readonly viaService?: string | undefined;
  /** For an explanation: also grants whose encryption context the request has not. */
  readonly everyGrant?: boolean | undefined;
}

/**
 * A key as a resource for `authorize`: its policy, its grants that may fit the request, and what
 * conditions can ask of it and of the request. Identity policies count only where the key policy names
 * the account. Aliases and grants are at most
 * `limits.identityReadMs` old, however many grants there are: only those are read that are the caller's
 * and whose encryption context the request has (ADR-0033).
 */
export async function keyResource(
  ports: AccessPorts,
  key: KmsKey,
  request: KeyRequest,
): Promise<Resource> {
  const known = await remembered(ports, key);
  const grants = request.everyGrant
    ? await everyGrant(ports, key, request.principal)
    : await grantsFor(ports, key, known, request);
  return {
    arn: kmsKeyArn(key),
    account: key.registry.account,
    policies: [keyPolicy(ports, key, key.policy), ...grants],
    conditions: keyConditions(key, known.aliases, request),
    grants: "resource-required",
  };
}

/**
 * A key that a request names, whether it is there or not. One of another account that is not there looks
 * like one that nobody may use (I7); one of the caller's own is told of to whoever has the right by its
 * own policies.
 */
export async function namedKeyResource(
  ports: AccessPorts,
  { arn, account, key }: NamedKey,
  request: KeyRequest,
): Promise<Resource> {
  if (key === undefined)
    return { arn, account, policies: [], conditions: callerConditions(request) };
  const resource = await keyResource(ports, key, request);
  // An alias of another account must not tell whoever has no right which key it stands for.
  return { ...resource, calledByOthers: arn };
}

/** The key's policy, or one that is to be its policy. */
export function keyPolicy({ memory }: Pick<Ports, "memory">, key: KmsKey, text: string): Attached {
  const compiled = memory.access.documents.compile("key", text);
  return { source: `policy of key ${key.id}`, type: "key policy", compiled };
}

/** Condition keys about who asks, and for whom. Source: KMS, "AWS KMS condition keys". */
export function callerConditions({ principal, viaService }: KeyRequest): Map<string, string> {
  const conditions = new Map<string, string>();
  if (principal.account !== undefined) conditions.set("kms:calleraccount", principal.account);
  if (viaService !== undefined) conditions.set("kms:viaservice", viaService);
  conditions.set("kms:grantisforawsresource", viaService === undefined ? "false" : "true");
  return conditions;
}

function keyConditions(
  key: KmsKey,
  aliases: readonly string[],
  request: KeyRequest,
): ReadonlyMap<string, string | readonly string[]> {
  const conditions: Map<string, string | readonly string[]> = callerConditions(request);
  conditions.set("kms:keyspec", "SYMMETRIC_DEFAULT");
  conditions.set("kms:keyusage", "ENCRYPT_DECRYPT");
  conditions.set("kms:keyorigin", "AWS_KMS");
  conditions.set("kms:multiregion", "false");
  if (aliases.length > 0) conditions.set("kms:resourcealiases", aliases);
  for (const [name, value] of Object.entries(contextConditions(request.encryptionContext ?? {}))) {
    conditions.set(name.toLowerCase(), value);
  }
  for (const { key: name, value } of key.tags) {
    conditions.set(`aws:resourcetag/${name.toLowerCase()}`, value);
  }
  return conditions;
}

function remembered(ports: AccessPorts, key: KmsKey): Promise<RememberedKey> {
  return ports.memory.access.kmsKeys.get(ports.clock, kmsKeyArn(key), async () => {
    const aliases = await ports.metadata.kms.aliases.of(key, { limit: kmsLimits.aliasesPerKey });
    const grants = new BoundedCache<string, Promise<readonly Attached[]>>(
      kmsLimits.rememberedGrants,
      () => 1,
    );
    return { aliases: aliases.map(({ name }) => name), grants };
  });
}

async function grantsFor(
  ports: AccessPorts,
  key: KmsKey,
  { grants }: RememberedKey,
  { principal, encryptionContext: context = {} }: KeyRequest,
): Promise<readonly Attached[]> {
  const grantees = granteesOf(principal);
  if (grantees.length === 0) return [];
  const scopes = scopesOf(context);
  const name = [...grantees, "", ...scopes].join("\n");
  const known = grants.get(name);
  if (known !== undefined) return known;
  const read = readGrants(ports, key, grantees, scopes, context);
  grants.set(name, read);
  read.catch(() => grants.delete(name));
  return read;
}

/** Of each name that the principal has, as many as a page has. */
async function everyGrant(
  ports: AccessPorts,
  key: KmsKey,
  principal: PolicyPrincipal,
): Promise<readonly Attached[]> {
  const page = { limit: limits.pageDefault };
  const found = await Promise.all(
    granteesOf(principal).map((grantee) => ports.metadata.kms.grants.list(key, page, { grantee })),
  );
  return found.flat().map((grant) => grantPolicy(ports, grant));
}

async function readGrants(
  ports: AccessPorts,
  key: KmsKey,
  grantees: readonly string[],
  scopes: readonly string[],
  context: EncryptionContext,
): Promise<readonly Attached[]> {
  const limit = kmsLimits.grantsConsidered;
  const found = await ports.metadata.kms.grants.applicable(key, grantees, scopes, limit);
  return found.filter((grant) => isSpelt(grant, context)).map((grant) => grantPolicy(ports, grant));
}

/** False where the request has a key of the constraint in another case, which conditions cannot tell. */
function isSpelt({ constraints }: KmsGrant, context: EncryptionContext): boolean {
  const lowered = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  const wanted = Object.keys(constraints.encryptionContextSubset ?? {});
  return wanted.every((key) => Object.hasOwn(context, key) || !lowered.has(key.toLowerCase()));
}

/** Under which names a principal can be the grantee of a grant, as grants are stored. */
function granteesOf(principal: PolicyPrincipal): string[] {
  const { service, account, uniqueId, arn, userArn } = principal;
  if (service !== undefined) return [service];
  if (principal.type === "Anonymous" || account === undefined) return [];
  const names = [accountRoot(account), arn, uniqueId, uniqueId?.split(":")[0], userArn];
  return [...new Set(names)].filter((name) => name !== undefined && name !== "") as string[];
}

export function accountRoot(account: AccountId | string): string {
  return `arn:aws:iam::${account}:root`;
}
