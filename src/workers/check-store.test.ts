import { afterEach, beforeEach, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import type { AccountId, Region, RepositoryName } from "../registry/names.ts";
import { createRepository } from "../registry/repositories/create-repository.ts";
import { checkStore } from "./check-store.ts";

let opened: TestPorts;
beforeEach(async () => {
  opened = await testPorts();
});
afterEach(() => opened.close());

it("tells of counters that differ from a recount, and mends them when asked to", async () => {
  const { ports } = opened;
  const registry = { account: "000000000000" as AccountId, region: "us-east-1" as Region };
  const repository = await createRepository(ports, {
    registry,
    name: "app" as RepositoryName,
    tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
    scanOnPush: false,
    encryption: { type: "AES256" },
    resourceTags: new Map(),
  });
  await ports.metadata.transaction((change) =>
    change.repositories.adjust(repository, { imageCount: 2, sizeBytes: 70 }),
  );
  const problem = {
    kind: "wrong-counter",
    message: "repository 'app' counts 2 images and 70 bytes, and has 0 and 0",
  };
  const found = await checkStore(ports, { repair: false });
  expect(found.problems).toEqual([{ ...problem, repaired: false }]);
  const mended = await checkStore(ports, { repair: true });
  expect(mended.problems).toEqual([{ ...problem, repaired: true }]);
  expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  expect(await ports.metadata.repositories.totals()).toEqual({
    repositories: 1,
    images: 0,
    sizeBytes: 0,
  });
});
