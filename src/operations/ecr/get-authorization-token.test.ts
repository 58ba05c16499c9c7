import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { openToken } from "../../registry/identity/authorization-token.ts";
import { getAuthorizationToken } from "./get-authorization-token.ts";

describe("GetAuthorizationToken", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
  });
  afterEach(() => registry.close());

  it("gives a password for the user AWS that lasts 12 hours and splits at its only colon", async () => {
    registry.clock.set(1_700_000_000_500);
    const { authorizationData } = await registry.ask(getAuthorizationToken, {});
    const [data, ...more] = authorizationData ?? [];
    expect(more).toEqual([]);
    expect(data?.proxyEndpoint).toBe("http://localhost:5050");
    expect(data?.expiresAt).toBe(1_700_000_000.5 + 12 * 3600);
    const [user, password, ...rest] = Buffer.from(data?.authorizationToken ?? "", "base64")
      .toString()
      .split(":");
    expect([user, rest]).toEqual(["AWS", []]);
    expect(openToken(registry.environment.ports, password ?? "")).toMatchObject({
      principalArn: "arn:aws:iam::000000000000:root",
      region: "us-east-1",
    });
  });

  it("answers one entry for each registry in order, all of the same principal", async () => {
    const registryIds = ["222222222222", "000000000000"];
    const { authorizationData } = await registry.ask(getAuthorizationToken, { registryIds });
    expect(authorizationData?.map(({ proxyEndpoint }) => proxyEndpoint)).toEqual([
      "https://222222222222.dkr.ecr.us-east-1.localhost:5443",
      "http://localhost:5050",
    ]);
    expect(new Set(authorizationData?.map((data) => data.authorizationToken)).size).toBe(1);
  });

  it("of a session says that it ends with the session, where that is sooner", async () => {
    const now = registry.clock.now();
    const expiryOf = async (hours: number) => {
      const { principal, ...caller } = callerOf(account);
      const session = { ...principal, expiresAt: now + hours * 3_600_000 };
      const asked = { ...caller, principal: session };
      const { authorizationData } = await registry.ask(getAuthorizationToken, {}, asked);
      return authorizationData?.[0]?.expiresAt;
    };
    expect(await expiryOf(1)).toBe(now / 1000 + 3_600);
    expect(await expiryOf(13)).toBe(now / 1000 + 12 * 3_600);
  });

  it("takes at most ten registries", async () => {
    const registryIds = Array.from({ length: 11 }, () => "000000000000");
    const asked = registry.ask(getAuthorizationToken, { registryIds });
    await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
  });
});
