/** A registry of samples that asks for tokens as others do, and fails where a test says. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { LocalServer } from "./local-server.ts";
import type { SampleRepository } from "./takeover-samples.ts";

/** Answers a request in the registry's place. @returns whether it did */
export type Instead = (url: URL, response: ServerResponse, request: IncomingMessage) => boolean;

export interface SampleRegistryOptions {
  readonly repositories: readonly SampleRepository[];
  /** `user:password` that tokens are given for; without, everybody may pull. */
  readonly login?: string;
  readonly instead?: Instead;
}

const token = "a-token-for-pulls";

export function startSampleRegistry(options: SampleRegistryOptions): Promise<LocalServer> {
  return LocalServer.start(listener(options));
}

export function sendJson(response: ServerResponse, value: unknown): true {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
  return true;
}

function listener({ repositories, login, instead }: SampleRegistryOptions): RequestListener {
  const basic = login && `Basic ${Buffer.from(login).toString("base64")}`;
  return (request, response) => {
    const url = new URL(request.url ?? "", `http://${request.headers.host}`);
    if (instead?.(url, response, request)) return;
    if (url.pathname === "/token") {
      if (request.headers.authorization !== basic) response.writeHead(401).end();
      else sendJson(response, { token });
      return;
    }
    if (basic !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      const challenge = `Bearer realm="${url.origin}/token",service="samples"`;
      response.writeHead(401, { "www-authenticate": challenge }).end("{}");
      return;
    }
    serve(url, response, repositories);
  };
}

function serve(
  url: URL,
  response: ServerResponse,
  repositories: readonly SampleRepository[],
): void {
  const last = url.searchParams.get("last") ?? "";
  if (url.pathname === "/v2/_catalog") {
    page(
      url,
      response,
      "repositories",
      repositories.map(({ name }) => name),
      last,
    );
    return;
  }
  const [, name, kind, reference = ""] =
    /^\/v2\/(.+)\/(manifests|blobs|tags)\/([^/]+)$/.exec(url.pathname) ?? [];
  const repository = repositories.find((each) => each.name === name);
  const { manifests, blobs, tags } = repository ?? {};
  const manifest = manifests?.get(tags?.get(reference) ?? reference);
  if (kind === "tags" && tags !== undefined) page(url, response, "tags", [...tags.keys()], last);
  else if (kind === "manifests" && manifest !== undefined) {
    const { mediaType, bytes } = manifest;
    response.writeHead(200, { "content-type": mediaType }).end(bytes);
  } else if (kind === "blobs" && blobs?.has(reference)) {
    response.writeHead(200).end(blobs.get(reference));
  } else response.writeHead(404).end('{"errors":[{"code":"NOT_FOUND","message":"not there"}]}');
}

/** One item at a time, so that every list has pages. */
function page(
  url: URL,
  response: ServerResponse,
  member: string,
  items: readonly string[],
  last: string,
): void {
  const left = items.filter((item) => item > last).sort();
  const [first] = left;
  if (left.length > 1) {
    response.setHeader("link", `<${url.pathname}?n=1&last=${first}>; rel="next"`);
  }
  sendJson(response, { [member]: first === undefined ? [] : [first] });
}
