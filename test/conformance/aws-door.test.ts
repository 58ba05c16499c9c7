import { once } from "node:events";
import { connect } from "node:net";
import {
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits } from "../../src/registry/limits.ts";
import {
  account,
  type DoorServer,
  jsonCall,
  openDoor,
  rootKey,
  type Sent,
  send,
  sign,
  target,
} from "../support/aws-door.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let door: DoorServer;

beforeEach(async () => {
  door = await openDoor();
});

afterEach(async () => {
  await door.close();
  expect(door.heldBodies.heldBytes).toBe(0);
});

interface Given {
  region?: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
}

function settings({ region = "eu-west-1", ...key }: Given = {}) {
  const credentials = { ...rootKey, ...key };
  return { region, endpoint: door.origin, maxAttempts: 1, credentials };
}

describe("AWS's SDKs", () => {
  test("call an operation and read its answer", async () => {
    const ecr = new ECRClient(settings());
    const answer = await ecr.send(
      new DescribeRepositoriesCommand({ repositoryNames: ["team/app"] }),
    );
    expect(answer.repositories?.[0]?.repositoryName).toBe("team/app");
    expect(answer.repositories?.[0]?.createdAt?.getTime()).toBe(1_563_223_656_500);
    expect(answer.$metadata.requestId).toMatch(uuid);
    expect(door.callers[0]).toMatchObject({
      ...{ account, region: "eu-west-1", sourceIp: "127.0.0.1", origin: door.origin },
      requestId: answer.$metadata.requestId,
      principal: { arn: "arn:aws:iam::000000000000:root" },
      userAgent: expect.stringContaining("aws-sdk-js"),
    });
  });

  test("get a modelled error with its members", async () => {
    const ecr = new ECRClient(settings());
    const missing = ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ["missing"] }));
    await expect(missing).rejects.toMatchObject({
      ...{ name: "RepositoryNotFoundException", message: "no such repository" },
      $metadata: { httpStatusCode: 400 },
    });
    const part = { repositoryName: "a", uploadId: "u", partFirstByte: 0, partLastByte: 0 };
    const layerPartBlob = new Uint8Array(1);
    await expect(
      ecr.send(new UploadLayerPartCommand({ ...part, layerPartBlob })),
    ).rejects.toMatchObject({
      ...{ name: "InvalidLayerPartException", registryId: account, lastValidByteReceived: 41 },
    });
  });

  test("upload a layer part of 20 MiB", async () => {
    const ecr = new ECRClient(settings());
    const layerPartBlob = new Uint8Array(limits.layerPartBytes);
    const part = { repositoryName: "a", uploadId: "u", partFirstByte: 0, partLastByte: 1 };
    const answer = await ecr.send(new UploadLayerPartCommand({ ...part, layerPartBlob }));
    expect(answer.lastByteReceived).toBe(limits.layerPartBytes - 1);
  });

  test("learn who they are from STS, in every served region and the global one", async () => {
    for (const region of ["eu-west-1", "us-west-2", "us-east-1"]) {
      const sts = new STSClient(settings({ region }));
      const identity = await sts.send(new GetCallerIdentityCommand({}));
      expect(identity).toMatchObject({
        ...{ Arn: "arn:aws:iam::000000000000:root", Account: account, UserId: account },
        $metadata: { requestId: expect.stringMatching(uuid) },
      });
    }
    expect(door.callers.map(({ region }) => region)).toEqual([
      "eu-west-1",
      "us-west-2",
      "eu-west-1",
    ]);
  });

  test("are told what is wrong with their credentials, by each service's own names", async () => {
    const cases: [Given, string, string][] = [
      [{ secretAccessKey: "wrong" }, "InvalidSignatureException", "SignatureDoesNotMatch"],
      [{ accessKeyId: "AKIAOTHER" }, "UnrecognizedClientException", "InvalidClientTokenId"],
      [{ sessionToken: "token" }, "UnrecognizedClientException", "InvalidClientTokenId"],
      [{ region: "ap-south-1" }, "InvalidSignatureException", "SignatureDoesNotMatch"],
    ];
    for (const [over, inEcr, inSts] of cases) {
      const ecr = new ECRClient(settings(over));
      await expect(ecr.send(new DescribeRepositoriesCommand({}))).rejects.toMatchObject({
        name: inEcr,
        $metadata: { httpStatusCode: 400 },
      });
      const sts = new STSClient(settings(over));
      await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
        name: inSts,
        $metadata: { httpStatusCode: 403 },
      });
    }
    expect(door.callers).toEqual([]);
  });

  test("are told that an operation is not there", async () => {
    const ecr = new ECRClient(settings());
    await expect(ecr.send(new GetAuthorizationTokenCommand({}))).rejects.toMatchObject({
      name: "UnknownOperationException",
      $metadata: { httpStatusCode: 404 },
    });
  });
});

describe("AWS JSON 1.1", () => {
  test("answers with AWS's content type, request id and error type", async () => {
    const good = await send(door, await sign(door, jsonCall("DescribeRepositories", "{}")));
    expect(good.status).toBe(200);
    expect(good.headers["content-type"]).toBe("application/x-amz-json-1.1");
    expect(good.headers["x-amzn-requestid"]).toMatch(uuid);
    const call = jsonCall("DescribeRepositories", '{"repositoryNames":["missing"]}');
    const bad = await send(door, await sign(door, call));
    expect(bad.headers["x-amzn-errortype"]).toBe("RepositoryNotFoundException");
    expect(JSON.parse(bad.text)).toEqual({
      __type: "RepositoryNotFoundException",
      message: "no such repository",
    });
    expect(bad.headers["x-amzn-requestid"]).not.toBe(good.headers["x-amzn-requestid"]);
  });

  test.each([
    ["another target", { "x-amz-target": `${target}.NoSuchThing` }],
    ["no target", { "content-type": "application/json" }],
    ["another content type", { "content-type": "application/json" }],
    ["a content type that is none", { "content-type": ";;;" }],
    ["a name that the language knows", { "x-amz-target": "__proto__" }],
  ])("does not know %s", async (title, headers) => {
    const call = jsonCall("DescribeRepositories", "{}");
    const all = title === "no target" ? headers : { ...call.headers, ...headers };
    const changed = { ...call, headers: all as Record<string, string> };
    const answer = await send(door, await sign(door, changed));
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text).__type).toBe("UnknownOperationException");
  });

  test("40: refuses an unsigned x-amz-target, an altered body and 6 minutes of skew", async () => {
    const call = jsonCall("DescribeRepositories", "{}");
    const good = await sign(door, call);
    const withoutTarget = await sign(door, { ...call, headers: { "content-type": "x" } });
    const refused: Sent[] = [
      { ...good, headers: { ...withoutTarget.headers, ...call.headers } },
      { ...good, body: '{ "repositoryNames": ["other"] }' },
      await sign(door, call, { at: door.clock.now() - 360_000 }),
      await sign(door, call, { at: door.clock.now() + 360_000 }),
    ];
    for (const request of refused) {
      const answer = await send(door, request);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text).__type).toBe("InvalidSignatureException");
    }
    expect(door.inputs).toEqual([]);
    expect((await send(door, good)).status).toBe(200);
  });

  test("refuses a request without a signature, whatever its size", async () => {
    const body = "x".repeat(limits.requestBodyBytes);
    const answer = await send(door, jsonCall("DescribeRepositories", body));
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toEqual({
      __type: "MissingAuthenticationToken",
      message: "Missing Authentication Token",
    });
  });

  test("refuses a body over the operation's limit, stated or not", async () => {
    const over = "x".repeat(limits.requestBodyBytes + 1);
    const call = await sign(door, jsonCall("DescribeRepositories", over));
    const stated = await send(door, call);
    expect(stated.status).toBe(413);
    expect(JSON.parse(stated.text).__type).toBe("RequestEntityTooLarge");
    const headers = { ...call.headers, "transfer-encoding": "chunked" };
    expect((await send(door, { ...call, headers })).status).toBe(413);
    expect(door.inputs).toEqual([]);
  });

  test("refuses what is no JSON, and JSON that is too deep", async () => {
    for (const body of ["{", "[]", `{"a":${"[".repeat(40)}${"]".repeat(40)}}`]) {
      const answer = await send(door, await sign(door, jsonCall("DescribeRepositories", body)));
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text).__type).toBe("SerializationException");
    }
  });

  test("68: a header __proto__, and __proto__ and constructor in JSON, are inert", async () => {
    const body =
      '{"__proto__":{"repositoryNames":["broken"]},"constructor":{"prototype":{"repositoryNames":["broken"]}},"repositoryNames":null}';
    const call = await sign(door, jsonCall("DescribeRepositories", body));
    const headers = Object.fromEntries([
      ...Object.entries(call.headers ?? {}),
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    const answer = await send(door, { ...call, headers });
    expect(answer.status).toBe(200);
    expect(door.inputs).toEqual([{}]);
    expect("repositoryNames" in {}).toBe(false);
  });

  test("a bug is a 500 with a request id, logged once with its cause and without a secret", async () => {
    const call = jsonCall("DescribeRepositories", '{"repositoryNames":["broken"]}');
    const answer = await send(door, await sign(door, call));
    expect(answer.status).toBe(500);
    const requestId = answer.headers["x-amzn-requestid"] as string;
    expect(JSON.parse(answer.text)).toEqual({
      __type: "ServerException",
      message: expect.stringContaining(requestId),
    });
    expect(door.logged).toHaveLength(1);
    expect(JSON.parse(door.logged[0] ?? "")).toMatchObject({
      requestId,
      err: { message: "a bug" },
    });
    expect(door.logged[0]).not.toContain("Signature=");
  });

  test("two Authorization headers are refused, equal ones too", async () => {
    const { headers = {} } = await sign(door, jsonCall("DescribeRepositories", "{}"));
    const { hostname, port } = new URL(door.origin);
    const socket = connect(Number(port), hostname);
    const lines = [...Object.entries(headers), ["authorization", headers.authorization]].map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    const rest = "content-length: 2\r\nconnection: close\r\n\r\n{}";
    socket.write(`POST / HTTP/1.1\r\n${lines.join("")}${rest}`);
    let text = "";
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    await once(socket, "close");
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
    expect(text).toContain("IncompleteSignature");
  });
});

describe("the registry that a call means", () => {
  const call = jsonCall("DescribeRepositories", "{}");

  test("is of the account and region that the host names", async () => {
    const host = "111122223333.dkr.ecr.us-west-2.localhost:5050";
    const denied = await send(door, await sign(door, call, { host, region: "us-west-2" }));
    expect(door.callers[0]).toMatchObject({ account: "111122223333", region: "us-west-2" });
    expect(JSON.parse(denied.text).__type).toBe("AccessDeniedException");
    const otherRegion = await send(door, await sign(door, call, { host, region: "eu-west-1" }));
    expect(JSON.parse(otherRegion.text).message).toContain("scoped to a valid region");
  });

  test("is the principal's own where the host names none, in the region of the scope", async () => {
    const signing = { host: "api.ecr.example.org", region: "us-west-2" };
    await send(door, await sign(door, call, signing));
    expect(door.callers[0]).toMatchObject({
      ...{ account, region: "us-west-2", origin: "http://api.ecr.example.org" },
    });
  });

  test("is none where the host names a region that is not served", async () => {
    const host = "111122223333.dkr.ecr.ap-south-1.localhost";
    const answer = await send(door, await sign(door, call, { host, region: "eu-west-1" }));
    expect(JSON.parse(answer.text).__type).toBe("InvalidSignatureException");
  });

  test("never follows a scope for another service", async () => {
    const answer = await send(door, await sign(door, call, { service: "sts" }));
    expect(JSON.parse(answer.text).message).toBe(
      "Credential should be scoped to correct service: 'ecr'.",
    );
  });
});

describe("failed logins", () => {
  const call = jsonCall("DescribeRepositories", "{}");

  test("over 20 a minute are 429, and a right secret does not tell itself apart", async () => {
    const wrong = await sign(door, call, { secretAccessKey: "wrong" });
    for (let count = 0; count < limits.failedLoginsPerMinute; count += 1) {
      expect((await send(door, wrong)).status).toBe(400);
    }
    for (const request of [wrong, await sign(door, call)]) {
      const answer = await send(door, request);
      expect(answer.status).toBe(429);
      expect(answer.headers["retry-after"]).toBe("3");
      expect(JSON.parse(answer.text).__type).toBe("ThrottlingException");
    }
    door.clock.advance(3_000);
    expect((await send(door, await sign(door, call))).status).toBe(200);
  });

  test("of others do not lock out a caller who signed in before", async () => {
    expect((await send(door, await sign(door, call))).status).toBe(200);
    const { headers = {} } = await sign(door, call);
    const authorization = headers.authorization?.replace(rootKey.accessKeyId, "AKIAGUESS") ?? "";
    const guess = { ...call, headers: { ...headers, authorization } };
    for (let count = 0; count < 30; count += 1) await send(door, guess);
    expect((await send(door, guess)).status).toBe(429);
    expect((await send(door, await sign(door, call))).status).toBe(200);
  });

  test("are guesses only: a clock that is off and a missing signature cost nothing", async () => {
    const late = await sign(door, call, { at: door.clock.now() - 360_000 });
    for (let count = 0; count < 30; count += 1) {
      expect((await send(door, count % 2 === 0 ? late : call)).status).not.toBe(429);
    }
  });
});

test("a client that goes away in the middle of its body is no error", async () => {
  const call = await sign(door, jsonCall("DescribeRepositories", "{}"));
  const gone = new Promise<void>((resolve) => {
    door.server.server.once("request", (_request, response) => {
      once(response, "close").then(() => resolve());
      socket.destroy();
    });
  });
  const { hostname, port } = new URL(door.origin);
  const socket = connect(Number(port), hostname);
  const lines = Object.entries(call.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST / HTTP/1.1\r\n${lines.join("")}content-length: 100\r\n\r\n{`);
  await gone;
  expect((await send(door, call)).status).toBe(200);
  expect(door.logged).toEqual([]);
});

test("other routes of the server keep their own body parsers", async () => {
  const payload = { parsed: true };
  const parsed = await door.server.inject({ method: "POST", url: "/parsed", payload });
  expect(parsed.json()).toEqual(payload);
  expect((await door.server.inject({ method: "HEAD", url: "/" })).statusCode).toBe(404);
});
