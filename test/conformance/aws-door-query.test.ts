import { afterEach, beforeEach, expect, test } from "vitest";
import { limits } from "../../src/registry/limits.ts";
import {
  type DoorServer,
  openDoor,
  presign,
  rootKey,
  type Sent,
  send,
  sign,
} from "../support/aws-door.ts";

let door: DoorServer;

beforeEach(async () => {
  door = await openDoor();
});

afterEach(async () => {
  await door.close();
  expect(door.heldBodies.heldBytes).toBe(0);
});

function formCall(body: string): Sent {
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  return { headers, body };
}

const whoAmI = "Action=GetCallerIdentity&Version=2011-06-15";

test("answers GetCallerIdentity in STS's XML", async () => {
  const answer = await send(door, await sign(door, formCall(whoAmI), { service: "sts" }));
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toBe("text/xml");
  const requestId = answer.headers["x-amzn-requestid"] as string;
  expect(answer.text).toBe(
    [
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">',
      "<GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:root</Arn><UserId>000000000000</UserId><Account>000000000000</Account></GetCallerIdentityResult>",
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`,
      "</GetCallerIdentityResponse>",
    ].join("\n"),
  );
});

test.each([
  ["Action=Nope%3C&Version=2011-06-15", "Could not find operation Nope&lt; for version 2011-06-15"],
  [
    "Action=GetCallerIdentity",
    "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED",
  ],
])("does not know %s", async (form, message) => {
  const answer = await send(door, await sign(door, formCall(form), { service: "sts" }));
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(`<Code>InvalidAction</Code><Message>${message}</Message>`);
});

test("refuses a call without a signature, and a form that is too large", async () => {
  const unsigned = await send(door, formCall(whoAmI));
  expect(unsigned.status).toBe(403);
  expect(unsigned.text).toContain("<Code>MissingAuthenticationToken</Code>");
  const large = await send(door, formCall(`${whoAmI}&a=${"x".repeat(limits.requestBodyBytes)}`));
  expect(large.status).toBe(413);
  expect(large.text).toContain("<Code>RequestEntityTooLarge</Code>");
});

test("serves a presigned URL by the method that it was signed for", async () => {
  for (const method of ["GET", "POST"]) {
    const answer = await send(door, { method, path: await presign(door, method) });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain("<Arn>arn:aws:iam::000000000000:root</Arn>");
  }
});

test("41: refuses a presigned URL that expired, by another method, or with a further parameter", async () => {
  const path = await presign(door, "GET");
  const refused: Sent[] = [
    { method: "POST", path },
    { method: "GET", path: `${path}&Extra=1` },
    { method: "GET", path, body: "x", headers: { "content-length": "1" } },
  ];
  for (const request of refused) {
    const answer = await send(door, request);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain("<Code>SignatureDoesNotMatch</Code>");
  }
  door.clock.advance(901_000);
  const expired = await send(door, { method: "GET", path });
  expect(expired.status).toBe(403);
  expect(expired.text).toContain("Signature expired");
});

test("42: refuses a credential in the query that has no signature", async () => {
  const path = (await presign(door, "GET")).replace(/&X-Amz-Signature=[0-9a-f]+/, "");
  for (const unsigned of [path, `/?${whoAmI}&AWSAccessKeyId=${rootKey.accessKeyId}`]) {
    const answer = await send(door, { method: "GET", path: unsigned });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain("<Code>IncompleteSignature</Code>");
  }
});
