import { afterEach, beforeEach, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Digest, RepositoryName } from "../names.ts";
import { getImage } from "./get-image.ts";

let registry: TestRegistry;
let digest: Digest;

beforeEach(async () => {
  registry = await openTestRegistry();
  await registry.createRepository("app");
  digest = (await registry.pushImage("app", "one")) as Digest;
});
afterEach(() => registry.close());

/** While reading whose pulls do not count fails. */
function pullWhile(error: Error) {
  const { ports } = registry.environment;
  const list = () => Promise.reject(error);
  const metadata = Object.create(ports.metadata, {
    pullTimeExclusions: { value: { list } },
  }) as Ports["metadata"];
  const caller = callerOf(account);
  const asked = { ...ports, metadata, onBehalfOf: caller };
  return getImage(asked, caller, "app" as RepositoryName, { digest }, { pull: true });
}

it("gives the manifest, and records the pull, where nobody can say whether it counts", async () => {
  const { image } = await pullWhile(new RegistryError("ServiceUnavailable", "away"));
  expect(image.digest).toBe(digest);
  expect(registry.environment.ports.memory.pulls.size).toBe(1);
});

it("hides no other error", async () => {
  await expect(pullWhile(new Error("a bug"))).rejects.toThrow("a bug");
});
