import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { limits } from "../../registry/limits.ts";
import type { Region } from "../../registry/names.ts";
import { deregisterPullTimeUpdateExclusion } from "./deregister-pull-time-update-exclusion.ts";
import { listPullTimeUpdateExclusions } from "./list-pull-time-update-exclusions.ts";
import { registerPullTimeUpdateExclusion } from "./register-pull-time-update-exclusion.ts";

const arn = (name: string) => `arn:aws:iam::${account}:role/${name}`;

describe("pull time update exclusions", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
  });
  afterEach(() => registry.close());

  const register = (principalArn: string, caller = callerOf(account)) =>
    registry.ask(registerPullTimeUpdateExclusion, { principalArn }, caller);
  const deregister = (principalArn: string) =>
    registry.ask(deregisterPullTimeUpdateExclusion, { principalArn });

  it("are made once and taken away once, in ECR's words", async () => {
    registry.clock.set(1_700_000_000_250);
    expect(await register(arn("scanner"))).toEqual({
      principalArn: arn("scanner"),
      createdAt: 1_700_000_000.25,
    });
    await expect(register(arn("scanner"))).rejects.toMatchObject({
      kind: "ExclusionAlreadyExists",
      message: "The specified pull time update exclusion already exists for the registry.",
    });
    expect(await deregister(arn("scanner"))).toEqual({ principalArn: arn("scanner") });
    await expect(deregister(arn("scanner"))).rejects.toMatchObject({
      kind: "ExclusionNotFound",
      message: "The specified pull time update exclusion was not found.",
    });
  });

  it.each([
    `arn:aws:iam::${account}:root`,
    `arn:aws:sts::${account}:assumed-role/ci/run`,
    `arn:aws:iam::${account}:group/team`,
    `arn:aws:iam::${account}:role/`,
    `arn:aws:iam::${account}:role/a//b`,
    `arn:aws:iam::${account}:user/${"a".repeat(200)}`,
    "scanner",
  ])("are of users and roles alone: not of %s", async (principalArn) => {
    for (const asked of [register(principalArn), deregister(principalArn)]) {
      await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
  });

  it("may be of another account, and with a path", async () => {
    const principals = [
      "arn:aws:iam::111111111111:user/team/ann",
      "arn:aws-cn:iam::111111111111:role/a/b/c,=.@-_+d",
    ];
    for (const principal of principals) await register(principal);
    expect(await registry.ask(listPullTimeUpdateExclusions, {})).toEqual({
      pullTimeUpdateExclusions: principals.toSorted(),
    });
  });

  it("are listed by ARN, page by page, of the caller's registry alone", async () => {
    for (const name of ["c", "a", "b"]) await register(arn(name));
    await register(arn("d"), { ...callerOf(account), region: "eu-west-1" as Region });
    const first = await registry.ask(listPullTimeUpdateExclusions, { maxResults: 2 });
    expect(first.pullTimeUpdateExclusions).toEqual([arn("a"), arn("b")]);
    const { nextToken } = first;
    const second = await registry.ask(listPullTimeUpdateExclusions, { maxResults: 2, nextToken });
    expect(second).toEqual({ pullTimeUpdateExclusions: [arn("c")] });
    await expect(
      registry.ask(listPullTimeUpdateExclusions, { nextToken: "made up" }),
    ).rejects.toMatchObject({ kind: "InvalidParameter" });
  });

  it("are at most a hundred in a registry, also when several come at once", async () => {
    const most = limits.pullTimeExclusions;
    const names = Array.from({ length: most - 1 }, (_, n) => `r${n}`);
    for (const name of names) await register(arn(name));
    const rush = await Promise.allSettled(["x", "y", "z"].map((name) => register(arn(name))));
    const refused = rush.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    expect(refused).toHaveLength(2);
    for (const error of refused) expect(error).toMatchObject({ kind: "LimitExceeded" });
    const { pullTimeUpdateExclusions } = await registry.ask(listPullTimeUpdateExclusions, {});
    expect(pullTimeUpdateExclusions).toHaveLength(most);
    await expect(register(arn("r0"))).rejects.toMatchObject({ kind: "ExclusionAlreadyExists" });
    await deregister(arn("r0"));
    await register(arn("one-more"));
  });

  it("are asked for on the whole registry, with permissions of their own", async () => {
    const caller = await userWith(
      registry.environment.ports,
      { account, name: "ann" },
      { Effect: "Allow", Action: "ecr:RegisterPullTimeUpdateExclusion", Resource: "*" },
    );
    await register(arn("scanner"), caller);
    await expect(registry.ask(listPullTimeUpdateExclusions, {}, caller)).rejects.toMatchObject({
      kind: "AccessDenied",
      message: expect.stringContaining("ecr:ListPullTimeUpdateExclusions on resource: * "),
    });
  });
});
