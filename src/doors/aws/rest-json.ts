import type { IncomingMessage } from "node:http";
import type { HttpBinding, Operation } from "../../operations/operation.ts";
import { decodeJson } from "./json-codec.ts";
import type { Parameters } from "./request-head.ts";

/** An operation, and the members that the path says. */
export interface RestMatch {
  readonly operation: Operation;
  readonly labels: Readonly<Record<string, string>>;
}

interface Route {
  readonly operation: Operation;
  readonly method: string;
  readonly segments: readonly string[];
}

/** The operations that have a path of their own. Source: Smithy, "HTTP binding traits"; AWS restJson1. */
export class RestRoutes {
  readonly #routes: readonly Route[];

  constructor(operations: readonly Operation[]) {
    this.#routes = operations.flatMap((operation) => {
      if (operation.http === undefined) return [];
      const { method, path } = operation.http;
      return [{ operation, method, segments: path.split("/") }];
    });
  }

  /** Where several services have the same path, such as that of tags: that of who signed for it. */
  find({ method = "", url = "", headers }: IncomingMessage): RestMatch | undefined {
    const [path = ""] = url.split("?", 1);
    // There are few routes: a request is held against each.
    const segments = path.split("/");
    const matches = this.#routes.flatMap((route): RestMatch[] => {
      const labels = route.method === method ? labelsOf(route, segments) : undefined;
      return labels === undefined ? [] : [{ operation: route.operation, labels }];
    });
    if (matches.length < 2) return matches[0];
    const service = signedService(headers.authorization ?? "");
    return matches.find(({ operation }) => operation.service === service) ?? matches[0];
  }
}

/** What the credential's scope names, if it names one; whether it may is seen to later. */
function signedService(authorization: string): string | undefined {
  return /Credential=[^/,\s]+\/[^/,\s]+\/[^/,\s]+\/([^/,\s]+)\//.exec(authorization)?.[1];
}

/** What stands in the place of each label; `undefined` where a segment is another one. */
function labelsOf(route: Route, segments: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== route.segments.length) return undefined;
  const labels: [string, string][] = [];
  for (const [at, wanted] of route.segments.entries()) {
    const segment = segments[at] as string;
    if (!wanted.startsWith("{")) {
      if (segment !== wanted) return undefined;
    } else if (segment === "") {
      return undefined;
    } else {
      // The router has decoded the path once already, so that it is well-formed.
      labels.push([wanted.slice(1, -1), decodeURIComponent(segment)]);
    }
  }
  return Object.fromEntries(labels);
}

/**
 * The members of a request: those of the path before those of the query, and those before the body's.
 * @throws RegistryError Serialization when the body is no JSON object, or nested too deeply
 */
export function decodeRest(
  { operation, labels }: RestMatch,
  query: Parameters,
  body: Buffer,
): unknown {
  const { queryLists = [], queryTexts = [] } = operation.http as HttpBinding;
  const valuesOf = (member: string) =>
    query.flatMap(([name, value]) => (name === member ? [value] : []));
  const lists = queryLists.map((member) => [member, valuesOf(member)] as const);
  const texts = queryTexts.flatMap((member) =>
    valuesOf(member).map((value) => [member, value] as const),
  );
  const members = [...lists.filter(([, values]) => values.length > 0), ...texts];
  return { ...(decodeJson(body) as object), ...Object.fromEntries(members), ...labels };
}

/** Whether a request claims to be a call of AWS, by header or by query. */
export function isSigned({ headers, url = "" }: IncomingMessage): boolean {
  const { authorization = "" } = headers;
  return authorization.startsWith("AWS4-") || /[?&]X-Amz-Algorithm=AWS4-/.test(url);
}
