/** `entrepot import --serve-misses`: the other registry gives what has not come yet. */
import { isRulePrefix, rootPrefix } from "../../../registry/pull-through-cache/cache-rule.ts";
import { TakeoverFailure } from "../../../registry/takeover/takeover-failure.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";
import { callFor, unlessRefused } from "./call-for.ts";
import type { SourcePlace } from "./takeover.ts";

/** What is to be served of which registry, and until when. */
export interface MissesWish {
  readonly place: SourcePlace;
  /** Before names here; absent: they are the same. */
  readonly prefix: string | undefined;
  /** Of names there, with `*`; none: all. */
  readonly repositories: readonly string[];
  readonly seconds: number;
}

/**
 * Has the server ask the other registry for what it does not have, until some time is over, by a rule
 * of its pull-through cache. A rule that was made for this before gets the new time.
 * @returns when that ends: milliseconds since the epoch
 * @throws CommandError where there is another rule, or the server does not get at the other registry
 */
export async function serveMisses(server: Server, wish: MissesWish): Promise<number> {
  const ecrRepositoryPrefix = wish.prefix ?? rootPrefix;
  if (!isRulePrefix(ecrRepositoryPrefix)) {
    throw new CommandError("--serve-misses goes with a --to of 2 to 30 characters", 2);
  }
  try {
    return await serve(server, ecrRepositoryPrefix, wish);
  } catch (error) {
    throw error instanceof TakeoverFailure ? new CommandError(error.message) : error;
  }
}

async function serve(
  server: Server,
  ecrRepositoryPrefix: string,
  { place, repositories, seconds }: MissesWish,
): Promise<number> {
  const upstreamRegistryUrl = place.origin;
  const isNew = await requireOwnRule(server, ecrRepositoryPrefix, upstreamRegistryUrl);
  const credentialArn = await credentialsAt(server, place);
  const rule = { ecrRepositoryPrefix, ...(credentialArn !== undefined && { credentialArn }) };
  if (isNew) {
    await callFor(server, "ecr:CreatePullThroughCacheRule", { ...rule, upstreamRegistryUrl });
  } else if (credentialArn !== undefined) {
    await callFor(server, "ecr:UpdatePullThroughCacheRule", rule);
  }
  try {
    const { endsAt = 0 } = await callFor(server, "entrepot:PutPullThroughCacheTerms", {
      ...{ ecrRepositoryPrefix, allow: allowed(place, repositories) },
      endsAt: Math.floor(server.now() / 1000) + seconds,
    });
    await requireWay(server, ecrRepositoryPrefix, upstreamRegistryUrl);
    return endsAt * 1000;
  } catch (error) {
    if (isNew) {
      await callFor(server, "ecr:DeletePullThroughCacheRule", { ecrRepositoryPrefix }).catch(
        () => undefined, // Why it can not be used is what is to be told.
      );
    }
    throw error;
  }
}

/** Whether there is no rule yet. @throws CommandError for one that is there for something else */
async function requireOwnRule(
  server: Server,
  ecrRepositoryPrefix: string,
  upstreamRegistryUrl: string,
): Promise<boolean> {
  const input = { ecrRepositoryPrefixes: [ecrRepositoryPrefix] };
  const found = await unlessRefused("PullThroughCacheRuleNotFoundException", () =>
    callFor(server, "ecr:DescribePullThroughCacheRules", input),
  );
  const [rule] = found?.pullThroughCacheRules ?? [];
  if (rule === undefined) return true;
  const terms = await callFor(server, "entrepot:GetPullThroughCacheTerms", { ecrRepositoryPrefix });
  const isOwn = rule.upstreamRegistryUrl === upstreamRegistryUrl && terms.endsAt !== undefined;
  if (isOwn) return false;
  const sentence = `there is a pull through cache rule for '${ecrRepositoryPrefix}' already: name another --to`;
  throw new CommandError(sentence);
}

/** What the server is to show there: a secret of its own, of which there is one for each host. */
async function credentialsAt(server: Server, place: SourcePlace): Promise<string | undefined> {
  if (place.basic === undefined) return undefined;
  const [, username, accessToken] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(place.basic, "base64").toString("utf8")) ?? [];
  const SecretString = JSON.stringify({ username, accessToken });
  const host = new URL(place.origin).host.replaceAll(":", "_");
  const Name = `ecr-pullthroughcache/taking-over/${host}`;
  const made = await unlessRefused("ResourceExistsException", () =>
    callFor(server, "secretsmanager:CreateSecret", { Name, SecretString }),
  );
  const { ARN } =
    made ??
    (await callFor(server, "secretsmanager:PutSecretValue", { SecretId: Name, SecretString }));
  return ARN;
}

/** What the server may ask for is what is being taken over. */
function allowed({ path }: SourcePlace, repositories: readonly string[]): string[] {
  if (repositories.length > 0) return [...repositories];
  return path === "" ? [] : [path, `${path}/*`];
}

/** @throws CommandError unless the server itself is let in there */
async function requireWay(server: Server, ecrRepositoryPrefix: string, origin: string) {
  const input = { ecrRepositoryPrefix };
  const { isValid, failure } = await callFor(server, "ecr:ValidatePullThroughCacheRule", input);
  if (isValid === true) return;
  throw new CommandError(`the server can not serve misses from ${origin}: ${failure ?? "refused"}`);
}
