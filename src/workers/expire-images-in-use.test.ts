import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../test/support/ecr.ts";
import { reportImagesInUse } from "../operations/entrepot/report-images-in-use.ts";
import { nothingKept } from "../registry/audit/audit-kinds.ts";
import { limits } from "../registry/limits.ts";
import { expireImagesInUse } from "./expire-images-in-use.ts";

let registry: TestRegistry;

beforeEach(async () => {
  registry = await openTestRegistry();
  // Reports are calls, which would be on record.
  Object.assign(registry.environment.ports.memory.audit, { retention: nothingKept });
});
afterEach(() => registry.close());

it("removes the rows of reports that no replica minds any more, and no others", async () => {
  await registry.createRepository("team/app");
  const imageDigest = await registry.pushImage("team/app", "one");
  const before = await registry.dump();
  const images = [{ repositoryName: "team/app", imageDigest }];
  await registry.ask(reportImagesInUse, { reporter: "node", expiresInSeconds: 60, images });
  const reported = await registry.dump();
  const expire = () =>
    expireImagesInUse.run(registry.environment.ports, undefined, {
      ...{ registry: undefined, attempt: 1, signal: new AbortController().signal },
      heartbeat: async () => undefined,
    });
  registry.clock.advance(60_000 + limits.clockSkewMs - 1);
  await expire();
  expect(await registry.dump()).toBe(reported);
  registry.clock.advance(1);
  await expire();
  expect(await registry.dump()).toBe(before);
});
