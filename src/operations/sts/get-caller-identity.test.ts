import { expect, test } from "vitest";
import { type Caller, rootPrincipal } from "../../registry/identity/principal.ts";
import type { AccountId, Region } from "../../registry/names.ts";
import type { HandlerContext } from "../operation.ts";
import { getCallerIdentity } from "./get-caller-identity.ts";

const account = "111122223333" as AccountId;

test("names the principal, whatever registry the request was sent to", async () => {
  const caller: Caller = {
    principal: rootPrincipal(account, "AKIAEXAMPLE"),
    region: "eu-west-1" as Region,
    account: "444455556666" as AccountId,
    requestId: "00000000-0000-4000-8000-000000000000",
    sourceIp: "127.0.0.1",
    userAgent: "",
    origin: "https://localhost",
  };
  // The operation asks no port, so a context without ports shows that it needs none.
  const context = { caller } as unknown as HandlerContext;
  expect(await getCallerIdentity.handle({}, context)).toEqual({
    Arn: "arn:aws:iam::111122223333:root",
    UserId: "111122223333",
    Account: "111122223333",
  });
  expect(getCallerIdentity.action).toBeNull();
});
