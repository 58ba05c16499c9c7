import { randomUUID } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";
import { limitExceeded } from "./change-rules.ts";
import type { Authorization, Connection, ConnectionSecrets, HttpParameters } from "./endpoint.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import { openEventSecrets, sealEventSecrets } from "./event-secrets.ts";
import { isFreeHeader, isHeaderValue, valuesOf } from "./http-request.ts";

type Needed = Pick<Ports, "metadata" | "clock" | "keys">;

export interface WantedConnection {
  readonly description: string | undefined;
  readonly authorization: Authorization;
  readonly http: HttpParameters;
  readonly secrets: ConnectionSecrets;
}

function noSuchConnection(name: string): RegistryError {
  return new RegistryError(
    "ResourceNotFound",
    `Failed to describe the connection(s). Connection '${name}' does not exist.`,
  );
}

/** @throws ResourceNotFound */
export async function requireConnection(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  name: string,
): Promise<Connection> {
  const found = await metadata.connections.find(registry, name);
  if (found === undefined) throw noSuchConnection(name);
  return found;
}

/** @throws ResourceAlreadyExists, LimitExceeded, Validation */
export async function createConnection(
  ports: Needed,
  registry: Registry,
  name: string,
  wanted: WantedConnection,
): Promise<Connection> {
  checkConnection(wanted);
  const now = ports.clock.now();
  const { secrets, ...settings } = wanted;
  const id = randomUUID();
  const connection: Connection = {
    ...{ registry, name, id, ...settings, createdAt: now, modifiedAt: now, authorizedAt: now },
    sealedSecrets: sealEventSecrets(ports, id, secrets),
  };
  await ports.metadata.transaction(async ({ connections, repositories }) => {
    await repositories.lockCount(registry);
    if (!(await connections.insertIfAbsent(connection))) {
      throw new RegistryError("ResourceAlreadyExists", `Connection ${name} already exists.`);
    }
    const count = await connections.count(registry);
    if (count > eventRuleLimits.connectionsOfRegistry) throw limitExceeded();
  });
  return connection;
}

/**
 * Puts what `next` makes of it in its place, given what is secret of it.
 * @throws ResourceNotFound, Validation
 */
export function updateConnection(
  ports: Needed,
  registry: Registry,
  name: string,
  next: (connection: Connection, secrets: ConnectionSecrets) => WantedConnection,
): Promise<Connection> {
  return ports.metadata.transaction(async ({ connections }) => {
    const known = await connections.lock(registry, name);
    if (known === undefined) throw noSuchConnection(name);
    const wanted = next(known, openEventSecrets(ports, known));
    checkConnection(wanted);
    const { secrets, ...settings } = wanted;
    const now = ports.clock.now();
    const sealedSecrets = sealEventSecrets(ports, known.id, secrets);
    // A token that was kept is for what it was made for: never the same time again.
    const modifiedAt = Math.max(now, known.modifiedAt + 1);
    const changed = { ...known, ...settings, sealedSecrets, modifiedAt, authorizedAt: now };
    await connections.replace(changed);
    return changed;
  });
}

/** The connection that was. Destinations that use it do nothing from then on. @throws ResourceNotFound */
export function deleteConnection(
  { metadata }: Needed,
  registry: Registry,
  name: string,
): Promise<Connection> {
  return metadata.transaction(async ({ connections }) => {
    const known = await connections.lock(registry, name);
    if (known === undefined) throw noSuchConnection(name);
    await connections.remove(registry, name);
    return known;
  });
}

function checkConnection({ authorization, http, secrets }: WantedConnection): void {
  checkHeaders(valuesOf(http, "header", secrets, ""));
  if (authorization.type === "API_KEY") {
    checkHeaders({ [authorization.keyName]: secrets.ApiKeyValue ?? "" });
  }
  if (authorization.type === "OAUTH_CLIENT_CREDENTIALS") {
    checkUrl("AuthorizationEndpoint", authorization.endpoint);
    checkHeaders(valuesOf(authorization.http, "header", secrets, "oauth."));
  }
}

/** That they can be sent: what can not would be found out by each event. @throws Validation */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!isFreeHeader(name)) {
      throw new RegistryError("Validation", `The header '${name}' can not be set.`);
    }
    if (isHeaderValue(value)) continue;
    const sentence = `The value of the header '${name}' has a character that no header can hold.`;
    throw new RegistryError("Validation", sentence);
  }
}

/** @throws Validation for what is no URL that is asked: where it leads is judged when it is. */
export function checkUrl(member: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === "https:" || url?.protocol === "http:";
  if (isHttp && url?.username === "" && url.password === "" && url.hash === "") return;
  throw new RegistryError(
    "Validation",
    `Parameter ${member} is not valid. Reason: not a URL of HTTP.`,
  );
}
