import type { Registry } from "../names.ts";
import { eventsArn } from "./rule.ts";

interface Endpoint {
  readonly registry: Registry;
  readonly name: string;
  /** A UUID. What is made anew under the name is another one. */
  readonly id: string;
  readonly description: string | undefined;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** One more parameter of every request; the value of a secret one is kept sealed. */
export interface HttpParameter {
  readonly key: string;
  /** `undefined` where it is secret. */
  readonly value: string | undefined;
}

export interface HttpParameters {
  readonly header: readonly HttpParameter[];
  readonly query: readonly HttpParameter[];
  readonly body: readonly HttpParameter[];
}

/** How a receiver knows who calls. What is secret of it is in `secrets`. */
export type Authorization =
  | { readonly type: "BASIC"; readonly username: string }
  | { readonly type: "API_KEY"; readonly keyName: string }
  | {
      readonly type: "OAUTH_CLIENT_CREDENTIALS";
      readonly clientId: string;
      readonly endpoint: string;
      readonly method: "GET" | "POST" | "PUT";
      readonly http: HttpParameters;
    };

export interface Connection extends Endpoint {
  readonly authorization: Authorization;
  readonly http: HttpParameters;
  readonly authorizedAt: number;
  /** `ConnectionSecrets`, sealed. */
  readonly sealedSecrets: string;
}

/** By member: `Password`, `ApiKeyValue`, `ClientSecret`, or `header.<key>`, `oauth.body.<key>` and so on. */
export type ConnectionSecrets = Readonly<Record<string, string>>;

export const httpMethods = ["POST", "GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"] as const;

/** What the body is: EventBridge's JSON, or that within CloudEvents 1.0 in structured mode. */
export const eventFormats = ["EVENTBRIDGE", "CLOUDEVENTS"] as const;

export interface ApiDestination extends Endpoint {
  readonly connectionArn: string;
  readonly endpoint: string;
  readonly method: (typeof httpMethods)[number];
  readonly ratePerSecond: number;
  readonly format: (typeof eventFormats)[number];
  /** When its signing secret was made. */
  readonly secretAt: number;
  /** `SigningSecrets`, sealed. */
  readonly sealedSecrets: string;
}

export interface SigningSecrets {
  /** In the form of Standard Webhooks: `whsec_` and base64. */
  readonly current: string;
  /** The one before, which signs as well until then. */
  readonly previous?: { readonly secret: string; readonly until: number } | undefined;
}

type EndpointRef = Pick<Endpoint, "registry" | "name" | "id">;

export function connectionArn(connection: EndpointRef): string {
  return endpointArn("connection", connection);
}

export function apiDestinationArn(destination: EndpointRef): string {
  return endpointArn("api-destination", destination);
}

type EndpointKind = "connection" | "api-destination";

function endpointArn(kind: EndpointKind, { registry, name, id }: EndpointRef): string {
  return `${eventsArn(registry)}:${kind}/${name}/${id}`;
}

/** The connection of the registry that has this very ARN; `undefined` where there is none. */
export function connectionOfArn(
  { connections }: { readonly connections: Lookup<Connection> },
  registry: Registry,
  arn: string,
): Promise<Connection | undefined> {
  return endpointOfArn("connection", connections, registry, arn);
}

/** The same of an API destination. */
export function apiDestinationOfArn(
  { apiDestinations }: { readonly apiDestinations: Lookup<ApiDestination> },
  registry: Registry,
  arn: string,
): Promise<ApiDestination | undefined> {
  return endpointOfArn("api-destination", apiDestinations, registry, arn);
}

interface Lookup<Item> {
  find(registry: Registry, name: string): Promise<Item | undefined>;
}

async function endpointOfArn<Item extends Endpoint>(
  kind: EndpointKind,
  items: Lookup<Item>,
  registry: Registry,
  arn: string,
): Promise<Item | undefined> {
  const start = endpointArn(kind, { registry, name: "", id: "" }).slice(0, -1);
  const [name = ""] = arn.startsWith(start) ? arn.slice(start.length).split("/", 1) : [];
  const found = name === "" ? undefined : await items.find(registry, name);
  return found !== undefined && endpointArn(kind, found) === arn ? found : undefined;
}
