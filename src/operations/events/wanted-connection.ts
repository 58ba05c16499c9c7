import type { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import type { WantedConnection } from "../../registry/events/connections.ts";
import type {
  Authorization,
  Connection,
  ConnectionSecrets,
  HttpParameters,
} from "../../registry/events/endpoint.ts";
import { parameterSecret } from "../../registry/events/http-request.ts";
import type { authParameters, httpParameters } from "./shapes.ts";

type Auth = z.output<typeof authParameters>;

interface Input {
  readonly Description?: string | undefined;
  readonly AuthorizationType?: Authorization["type"] | undefined;
  readonly AuthParameters?: Auth | undefined;
  readonly InvocationConnectivityParameters?: unknown;
  readonly KmsKeyIdentifier?: string | undefined;
}

interface Known {
  readonly connection: Connection;
  readonly secrets: ConnectionSecrets;
}

const noParameters: HttpParameters = { header: [], query: [], body: [] };

/**
 * The connection that a request asks for, what it leaves out as it was.
 * @throws Validation for what is missing, or can not be had here
 */
export function wantedConnection(input: Input, known?: Known): WantedConnection {
  const { AuthParameters: auth = {} } = input;
  requireSupported(input);
  const type = input.AuthorizationType ?? known?.connection.authorization.type;
  const before = type === known?.connection.authorization.type ? known : undefined;
  const secrets: Record<string, string> = {};
  const keep = (member: string, given: string | undefined) => {
    const value = given ?? before?.secrets[member];
    if (value === undefined) throw missing(member);
    secrets[member] = value;
  };
  const authorization = authorizationOf(type, auth, before, secrets, keep);
  const http = readParameters(
    auth.InvocationHttpParameters,
    known && { http: known.connection.http, secrets: known.secrets },
    "",
    secrets,
  );
  const description = input.Description ?? known?.connection.description;
  return { description, authorization, http, secrets };
}

function authorizationOf(
  type: Authorization["type"] | undefined,
  auth: Auth,
  before: Known | undefined,
  secrets: Record<string, string>,
  keep: (member: string, given: string | undefined) => void,
): Authorization {
  const was = before?.connection.authorization;
  if (type === "BASIC") {
    const { Username, Password } = auth.BasicAuthParameters ?? {};
    const username = Username ?? (was?.type === "BASIC" ? was.username : undefined);
    if (username === undefined) throw missing("Username");
    keep("Password", Password);
    return { type, username };
  }
  if (type === "API_KEY") {
    const { ApiKeyName, ApiKeyValue } = auth.ApiKeyAuthParameters ?? {};
    const keyName = ApiKeyName ?? (was?.type === "API_KEY" ? was.keyName : undefined);
    if (keyName === undefined) throw missing("ApiKeyName");
    keep("ApiKeyValue", ApiKeyValue);
    return { type, keyName };
  }
  const given = auth.OAuthParameters ?? {};
  const known = was?.type === "OAUTH_CLIENT_CREDENTIALS" ? was : undefined;
  const clientId = given.ClientParameters?.ClientID ?? known?.clientId;
  const endpoint = given.AuthorizationEndpoint ?? known?.endpoint;
  const method = given.HttpMethod ?? known?.method;
  if (clientId === undefined) throw missing("ClientID");
  if (endpoint === undefined) throw missing("AuthorizationEndpoint");
  if (method === undefined) throw missing("HttpMethod");
  keep("ClientSecret", given.ClientParameters?.ClientSecret);
  const parts = before && known && { http: known.http, secrets: before.secrets };
  const http = readParameters(given.OAuthHttpParameters, parts, "oauth.", secrets);
  return { type: "OAUTH_CLIENT_CREDENTIALS", clientId, endpoint, method, http };
}

const places = {
  header: "HeaderParameters",
  query: "QueryStringParameters",
  body: "BodyParameters",
} as const;

/** What is secret of them goes to `secrets`. */
function readParameters(
  given: z.output<typeof httpParameters>,
  known: { readonly http: HttpParameters; readonly secrets: ConnectionSecrets } | undefined,
  prefix: string,
  secrets: Record<string, string>,
): HttpParameters {
  if (given === undefined) {
    const http = known?.http ?? noParameters;
    for (const place of ["header", "query", "body"] as const) {
      for (const each of http[place]) {
        const name = parameterSecret(prefix, place, each);
        const value = known?.secrets[name];
        if (each.value === undefined && value !== undefined) secrets[name] = value;
      }
    }
    return http;
  }
  const read = (place: keyof HttpParameters) =>
    (given[places[place]] ?? []).map(({ Key: key = "", Value: value = "", IsValueSecret }) => {
      if (key === "") throw missing("Key");
      if (IsValueSecret !== true) return { key, value };
      secrets[parameterSecret(prefix, place, { key })] = value;
      return { key, value: undefined };
    });
  return { header: read("header"), query: read("query"), body: read("body") };
}

function requireSupported(input: Input): void {
  const foreign =
    input.InvocationConnectivityParameters ?? input.AuthParameters?.ConnectivityParameters;
  if (foreign !== undefined) {
    throw new RegistryError("Validation", "Private connectivity is not supported.");
  }
  if (input.KmsKeyIdentifier === undefined || input.KmsKeyIdentifier === "") return;
  throw new RegistryError(
    "Validation",
    "KmsKeyIdentifier is not supported: secrets of connections are sealed below the master key.",
  );
}

function missing(member: string): RegistryError {
  return new RegistryError("Validation", `Parameter ${member} must be specified.`);
}
