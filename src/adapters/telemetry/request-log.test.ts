import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Caller, rootPrincipal } from "../../registry/identity/principal.ts";
import type { AccountId, Region } from "../../registry/names.ts";
import { createLog } from "./log.ts";
import type { AnsweredRequest } from "./metrics.ts";
import { RequestLog, routeOf } from "./request-log.ts";

const caller: Caller = {
  principal: rootPrincipal("000000000000" as AccountId, "AKIAEXAMPLE"),
  account: "000000000000" as AccountId,
  region: "us-east-1" as Region,
  ...{ requestId: "", sourceIp: "127.0.0.1", userAgent: "", origin: "http://localhost" },
};
let lines: Record<string, unknown>[];
let counted: AnsweredRequest[];
let level: string;
let requestLog: RequestLog;
const server = createServer((incoming, response) => {
  const id = requestLog.begin(incoming, response);
  requestLog.began({
    operation: "ecr:PutImage",
    caller: { ...caller, requestId: id },
  });
  incoming.resume();
  response.statusCode = Number(incoming.headers["x-status"] ?? 200);
  response.end("answer");
});

beforeEach(async () => {
  lines = [];
  counted = [];
  level = "info";
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  server.close();
});

describe("the request log", () => {
  it("has one line for a push, with its id, principal and sizes, and no secret", async () => {
    const headers = { authorization: "Basic SECRET" };
    await ask("PUT", "/v2/app/manifests/1?X-Amz-Signature=SECRET", headers);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      event: "request",
      method: "PUT",
      route: "v2 manifests",
      path: "/v2/app/manifests/1",
      operation: "ecr:PutImage",
      status: 200,
      principal: "arn:aws:iam::000000000000:root",
    });
    expect(lines[0]?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(Number(lines[0]?.received)).toBeGreaterThan(50);
    expect(Number(lines[0]?.sent)).toBeGreaterThan(50);
    expect(JSON.stringify(lines)).not.toContain("SECRET");
  });

  it("never has the token of a download", async () => {
    await ask("GET", "/layers/SECRET", { "x-status": "403" });
    expect(lines[0]).toMatchObject({ route: "layers", status: 403 });
    expect(JSON.stringify(lines)).not.toContain("SECRET");
  });

  it("says nothing of a pull that succeeds unless debugging, but counts it", async () => {
    await ask("GET", "/v2/app/blobs/sha256:aa");
    expect(lines).toEqual([]);
    expect(counted).toMatchObject([{ route: "v2 blobs", status: 200 }]);
    level = "debug";
    await ask("HEAD", "/v2/app/blobs/sha256:aa");
    expect(lines).toHaveLength(1);
  });
});

describe("the route of a URL", () => {
  it.each([
    ["/", "aws"],
    ["/?Action=GetCallerIdentity", "aws"],
    ["/v2/", "v2"],
    ["/v2/_catalog", "v2 other"],
    ["/v2/a/b/manifests/latest", "v2 manifests"],
    ["/v2/a/blobs/uploads/", "v2 blobs/uploads"],
    ["/v2/a/tags/list?n=1", "v2 tags"],
    ["/healthz", "health"],
    ["/anything?a=/v2/", "other"],
  ])("%s is %s", (url, route) => {
    expect(routeOf(url)).toBe(route);
  });
});

async function ask(method: string, path: string, headers: Record<string, string> = {}) {
  const log = createLog(level, { write: (line) => void lines.push(JSON.parse(line)) });
  const before = counted.length;
  const metrics = { answered: (answered: AnsweredRequest) => void counted.push(answered) };
  requestLog = new RequestLog({ log, metrics, addressOf: () => "10.0.0.1" });
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, method, path, headers: { ...headers, connection: "close" } });
  sent.end();
  const [response] = await once(sent, "response");
  response.resume();
  await once(response, "close");
  while (counted.length === before) await new Promise((resolve) => setImmediate(resolve));
}
