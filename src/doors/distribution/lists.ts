import { openSealedToken, sealToken } from "../../registry/encryption/sealed-token.ts";
import { activeOnly, listReferrers, listTags } from "../../registry/images/list-images.ts";
import { limits } from "../../registry/limits.ts";
import { isDigest, isRepositoryName, isTag, type RepositoryName } from "../../registry/names.ts";
import { bringReferrers } from "../../registry/pull-through-cache/layer-or-fetch.ts";
import { findRepository, listRepositories } from "../../registry/repositories/find-repository.ts";
import { type Exchange, mayDo, requireAction, requireDigest } from "./exchange.ts";
import { apiVersion, BadRequest } from "./wire-errors.ts";

const json = "application/json; charset=utf-8";
const index = "application/vnd.oci.image.index.v1+json";

/** Tags in code point order; `last` is the tag after which to go on (OCI 1.1, "Listing Tags"). */
export async function getTags(exchange: Exchange): Promise<void> {
  const { environment, registry, name } = exchange;
  const { limit, after } = page(exchange, isTag);
  if (limit === 0) await findRepository(environment.ports, registry, name);
  const found =
    limit === 0
      ? []
      : await listTags(environment.ports, registry, name, { limit: limit + 1, after });
  const tags = found.slice(0, limit).map(({ tag }) => tag);
  const next = found.length > limit ? tags.at(-1) : undefined;
  send(exchange, json, { name: exchange.servedName, tags }, link(exchange, next, limit));
}

/**
 * The repositories of the registry that the host names: all of them for whoever may list the
 * registry, for others those that they may describe. For these a page may be short, and even empty,
 * before the end: one request looks at so many names, and its link goes on after the last of them.
 * @throws AccessDenied when the caller may not list the registry, and may describe none
 */
export async function getCatalog(exchange: Exchange): Promise<void> {
  const { environment, registry, name } = exchange;
  if (!(await mayDo(exchange, describe, name))) return getKnownCatalog(exchange);
  const { limit, after } = page(exchange, isRepositoryName);
  const asked = { limit: limit + 1, after };
  const found = limit === 0 ? [] : await listRepositories(environment.ports, registry, asked);
  const repositories = found.slice(0, limit).map((repository) => repository.name);
  const next = found.length > limit ? repositories.at(-1) : undefined;
  send(exchange, json, { repositories }, link(exchange, next, limit));
}

const describe = "ecr:DescribeRepositories";

async function getKnownCatalog(exchange: Exchange): Promise<void> {
  const { caller, query, registry } = exchange;
  const position = openCatalogPosition(exchange, query.get("last") ?? "");
  const { limit, after } = page(exchange, isRepositoryName, position);
  const { names, lookedAt } = await knownNames(exchange, Math.max(1, limit), after);
  // A link on a first page without a name would tell another account how full the registry is (I7).
  const isOwner = caller.principal.account === registry.account;
  const goesOn = lookedAt !== undefined && (isOwner || names.length > 0 || position !== undefined);
  if (names.length === 0 && !goesOn && position === undefined) {
    await requireAction(exchange, describe);
  }
  const next = goesOn && limit > 0 ? sealCatalogPosition(exchange, lookedAt) : undefined;
  send(exchange, json, { repositories: names.slice(0, limit) }, link(exchange, next, limit));
}

/**
 * At most `limit` names after `after` that the caller may describe, of those that one request looks
 * at; `lookedAt` is the last of them, where there may be more.
 */
async function knownNames(
  exchange: Exchange,
  limit: number,
  after: RepositoryName | undefined,
): Promise<{ names: readonly RepositoryName[]; lookedAt: RepositoryName | undefined }> {
  const { environment, registry } = exchange;
  const names: RepositoryName[] = [];
  let lookedAt = after;
  for (let looked = 0; looked < limits.catalogNamesLookedAt; looked += limits.pageDefault) {
    const asked = { limit: limits.pageDefault, after: lookedAt };
    const found = await listRepositories(environment.ports, registry, asked);
    for (const { name } of found) {
      const isKnown = await mayDo(exchange, describe, name);
      // Only where something follows does a full page lead on.
      if (isKnown && names.length === limit) return { names, lookedAt };
      if (isKnown) names.push(name);
      lookedAt = name;
    }
    if (found.length < asked.limit) return { names, lookedAt: undefined };
  }
  return { names, lookedAt };
}

const positionPrefix = "~"; // No repository's name begins with it.
const purpose = "catalog-position";

/** The name goes into the link sealed: it may be one that the caller must not know of (I7). */
function sealCatalogPosition(exchange: Exchange, after: RepositoryName): string {
  const secret = exchange.environment.ports.keys.secret(purpose);
  return positionPrefix + sealToken(secret, after, catalogBinding(exchange));
}

function openCatalogPosition(exchange: Exchange, last: string): RepositoryName | undefined {
  if (!last.startsWith(positionPrefix)) return undefined;
  const secrets = exchange.environment.ports.keys.secrets(purpose);
  const token = last.slice(positionPrefix.length);
  return openSealedToken(secrets, token, catalogBinding(exchange)) as RepositoryName | undefined;
}

/** A link is of use to whom it was given, in that registry. */
function catalogBinding({ caller: { principal }, registry }: Exchange): string {
  return `${registry.account}/${registry.region}/${principal.arn}`;
}

/** What refers to a digest, as an OCI index; empty when nothing does (OCI 1.1, "Listing Referrers"). */
export async function getReferrers(exchange: Exchange): Promise<void> {
  const { environment, registry, name, query } = exchange;
  const subject = requireDigest(exchange.reference);
  const asked = page(exchange, isDigest);
  // OCI has no `n` here: one that asks for nothing gets one at a time.
  const limit = Math.max(1, asked.limit);
  const artifactTypes = query.getAll("artifactType").filter((type) => type !== "");
  const states = activeOnly;
  const filter = artifactTypes.length === 0 ? { states } : { states, artifactTypes };
  const paging = { limit: limit + 1, after: asked.after };
  await bringReferrers(exchange, subject);
  const found = await listReferrers(environment.ports, registry, name, subject, paging, filter);
  const shown = found.slice(0, limit);
  const manifests = shown.map((referrer) => ({
    mediaType: referrer.mediaType,
    digest: referrer.digest,
    size: referrer.sizeBytes,
    artifactType: referrer.artifactType,
    annotations: Object.keys(referrer.annotations).length > 0 ? referrer.annotations : undefined,
  }));
  const headers = link(exchange, found.length > limit ? shown.at(-1)?.digest : undefined, limit);
  if (artifactTypes.length > 0) headers.push("OCI-Filters-Applied", "artifactType");
  send(exchange, index, { schemaVersion: 2, mediaType: index, manifests }, headers);
}

/**
 * How many and after which; `position` is where `last` leads that is no name. More than `limits.pageMaximum` are never given at once.
 * @throws BadRequest unless `n` is a whole number and `last` a name of its kind
 */
function page<Key extends string>(
  { query }: Exchange,
  isKey: (text: string) => text is Key,
  position?: Key,
): { limit: number; after: Key | undefined } {
  const n = query.get("n");
  if (n !== null && !/^\d+(?:e\d{1,3})?$/i.test(n)) {
    const message = "The parameter 'n' must be a whole number";
    throw new BadRequest([400, "PAGINATION_NUMBER_INVALID"], message);
  }
  const limit = Math.min(n === null ? limits.pageDefault : Number(n), limits.pageMaximum);
  const last = query.get("last") ?? "";
  if (last === "" || position !== undefined) return { limit, after: position };
  if (isKey(last)) return { limit, after: last };
  throw new BadRequest([400, "UNSUPPORTED"], "The parameter 'last' names nothing to go on after");
}

/** The header that leads to the next page, when there is one. Absolute, as ECR's is. */
function link(exchange: Exchange, last: string | undefined, limit: number): string[] {
  if (last === undefined) return [];
  const query = new URLSearchParams(exchange.query);
  query.set("n", String(limit));
  query.set("last", last);
  return ["Link", `<${exchange.caller.origin}${exchange.path}?${query}>; rel="next"`];
}

function send(exchange: Exchange, type: string, answer: unknown, headers: readonly string[]): void {
  const body = Buffer.from(JSON.stringify(answer));
  const described = ["Content-Type", type, "Content-Length", String(body.length)];
  exchange.response.writeHead(200, [...apiVersion, ...headers, ...described]);
  exchange.response.end(exchange.request.method === "HEAD" ? undefined : body);
}
