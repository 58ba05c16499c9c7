import { afterEach, beforeEach, expect, it } from "vitest";
import {
  account,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { testOrganization } from "../../../test/support/organization.ts";
import { listImages } from "../../operations/ecr/list-images.ts";
import { RequestContext } from "./request-context.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
});
afterEach(() => registry.close());

it("a deny of what lies outside the organization leaves what lies inside", async () => {
  await registry.createRepository("app");
  const inside = { StringNotEqualsIfExists: { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" } };
  const outside = { StringNotEqualsIfExists: { "aws:ResourceOrgID": "o-aaaaaaaaaa" } };
  const list = async (name: string, Condition: object) => {
    const caller = await userWith(
      registry.environment.ports,
      { account, name },
      { Effect: "Allow", Action: "ecr:*", Resource: "*" },
      { Effect: "Deny", Action: "*", Resource: "*", Condition },
    );
    return registry.ask(listImages, { repositoryName: "app" }, caller);
  };
  expect(await list("ann", inside)).toEqual({ imageIds: [] });
  await expect(list("bob", outside)).rejects.toThrow("with an explicit deny");
});

it("the organization of a resource is known where its account is", async () => {
  const caller = await userWith(registry.environment.ports, { account, name: "ann" });
  const context = new RequestContext(caller, 0);
  expect(context.get("aws:resourceorgid")).toBeUndefined();
  const there = context.onResource(new Map(), otherAccount);
  expect(there.get("aws:resourceorgid")).toBe(testOrganization.id);
  expect(there.get("aws:resourceorgpaths")).toEqual(context.get("aws:principalorgpaths"));
  expect(there.get("aws:resourceorgpaths")).toHaveLength(1);
});
