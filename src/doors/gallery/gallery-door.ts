import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import { describePublicRepository } from "../../operations/entrepot/describe-public-repository.ts";
import { galleryRepository } from "../../operations/entrepot/gallery-resource.ts";
import { listPublicTags } from "../../operations/entrepot/list-public-tags.ts";
import { searchPublicRepositories } from "../../operations/entrepot/search-public-repositories.ts";
import type { Environment, Operation } from "../../operations/operation.ts";
import { type Observer, perform } from "../../operations/perform.ts";
import { clientNetwork } from "../../registry/client-network.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { anonymousPrincipal, type Caller } from "../../registry/identity/principal.ts";
import { isRepositoryName } from "../../registry/names.ts";
import { galleryLimits } from "../../registry/public/gallery-limits.ts";
import { publicHomeRegion } from "../../registry/public/public-registry.ts";
import { Allowance } from "../../registry/public/pull-allowance.ts";

export interface GalleryDoorOptions {
  readonly environment: Environment;
  readonly observer: Observer;
  readonly connectionOf: (request: IncomingMessage) => {
    readonly scheme: string;
    readonly host: string | undefined;
    readonly address: string;
  };
}

/**
 * `GET /gallery-api/…`: what the gallery's page shows, as JSON, for everybody. The operations behind it
 * are those of the API; no cookie and no credentials mean anything here.
 */
export function galleryDoor(options: GalleryDoorOptions): FastifyPluginCallback {
  const { clock } = options.environment.ports;
  const { requestsPerSecond, requestsAtOnce } = galleryLimits;
  const door = { ...options, allowance: new Allowance(clock, requestsPerSecond, requestsAtOnce) };
  return (app, _options, done) => {
    route(app, door, "/gallery-api/repositories", searchPublicRepositories, searchInput);
    route(app, door, "/gallery-api/repository", describePublicRepository, namedInput);
    route(app, door, "/gallery-api/tags", listPublicTags, (query) => ({
      ...namedInput(query),
      ...pagingOf(query),
    }));
    app.route({
      ...{ method: "GET", url: "/gallery-api/logo", exposeHeadRoute: false },
      handler: (request, reply) => answered(door, request, reply, () => logo(door, request, reply)),
    });
    done();
  };
}

type Door = GalleryDoorOptions & { readonly allowance: Allowance };

function route(
  app: FastifyInstance,
  door: Door,
  url: string,
  operation: Operation,
  inputOf: (query: URLSearchParams) => object,
): void {
  app.route({
    ...{ method: "GET", url, exposeHeadRoute: false },
    handler: (request, reply) =>
      answered(door, request, reply, async () => {
        const caller = callerOf(door, request);
        const { environment, observer } = door;
        const input = inputOf(queryOf(request));
        const answer = await perform({ ...environment, observer }, operation, input, caller);
        return reply.type("application/json; charset=utf-8").send(JSON.stringify(answer));
      }),
  });
}

/** A page of another origin may read this: there is nothing in it that not everybody may have. */
const openHeaders = {
  "access-control-allow-origin": "*",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; sandbox",
} as const;

async function answered(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: () => Promise<unknown>,
): Promise<unknown> {
  reply.headers(openHeaders);
  const seconds = door.allowance.take(clientNetwork(door.connectionOf(request.raw).address));
  if (seconds > 0) {
    reply.header("retry-after", seconds);
    return reply.status(429).send({ code: "TooManyRequests", message: "Rate exceeded" });
  }
  try {
    return await answer();
  } catch (error) {
    if (!isRegistryError(error)) throw error;
    const status = statuses.get(error.kind) ?? 400;
    return reply.status(status).send({ code: error.kind, message: error.message });
  }
}

const statuses: ReadonlyMap<string, number> = new Map([
  ["RepositoryNotFound", 404],
  ["ServiceUnavailable", 503],
  ["Throttling", 429],
]);

function callerOf({ environment, connectionOf }: Door, request: FastifyRequest): Caller {
  const { deployment } = environment;
  const { scheme, host = "", address } = connectionOf(request.raw);
  return {
    principal: anonymousPrincipal(deployment.account),
    account: deployment.account,
    region: publicHomeRegion(deployment),
    requestId: request.id,
    sourceIp: address,
    userAgent: request.headers["user-agent"] ?? "",
    origin: `${scheme}://${host}`,
  };
}

function queryOf({ raw }: FastifyRequest): URLSearchParams {
  const [, query = ""] = (raw.url ?? "").split("?", 2);
  return new URLSearchParams(query);
}

function pagingOf(query: URLSearchParams): object {
  const most = query.get("maxResults");
  return {
    nextToken: query.get("nextToken") ?? undefined,
    maxResults: most === null ? undefined : Number(most),
  };
}

function searchInput(query: URLSearchParams): object {
  const listOf = (name: string) => (query.has(name) ? query.getAll(name) : undefined);
  return {
    query: query.get("query") ?? undefined,
    verified: query.get("verified") === "true" ? true : undefined,
    operatingSystems: listOf("operatingSystem"),
    architectures: listOf("architecture"),
    kinds: listOf("kind"),
    sortBy: query.get("sortBy") ?? undefined,
    ...pagingOf(query),
  };
}

/** `name=<alias>/<repository>`. */
function namedInput(query: URLSearchParams): { registryAlias: string; repositoryName: string } {
  const name = query.get("name") ?? "";
  const slash = name.indexOf("/");
  return {
    registryAlias: name.slice(0, Math.max(0, slash)),
    repositoryName: name.slice(slash + 1),
  };
}

/** The picture itself: only of verified accounts, and never as anything but a picture. */
async function logo(door: Door, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { ports } = door.environment;
  const { registryAlias, repositoryName } = namedInput(queryOf(request));
  if (!isRepositoryName(repositoryName)) throw noLogo();
  const repository = await galleryRepository(door.environment, { registryAlias, repositoryName });
  const entry = await ports.metadata.publicRegistries.entry(repository);
  const found = entry?.logoDigest && (await ports.metadata.publicRegistries.logo(repository));
  if (!found) throw noLogo();
  const isNamed = queryOf(request).get("digest") === entry.logoDigest;
  const cached = isNamed ? "public, max-age=31536000, immutable" : "no-cache";
  reply.type(found.mediaType).header("cache-control", cached);
  return reply.send(Buffer.from(found.bytes));
}

function noLogo(): RegistryError {
  return new RegistryError("RepositoryNotFound", "There is no logo");
}
