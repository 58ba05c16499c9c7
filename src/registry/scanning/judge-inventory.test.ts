import { expect, it, onTestFinished } from "vitest";
import { TestAdvisories } from "../../../test/support/scanner.ts";
import { attachedSbom } from "./attached/attached-packages.ts";
import type { InstalledPackage } from "./image-inventory.ts";
import { judgeInventory } from "./judge-inventory.ts";

it("takes no image for one that can be judged by what is attached to it", async () => {
  const advisories = await TestAdvisories.open();
  onTestFinished(() => advisories.close());
  await advisories.import({
    ...{ schema_version: "1.6.0", id: "GHSA-aaaa-bbbb-cccc", modified: "2020-01-01T00:00:00Z" },
    affected: [
      {
        package: { ecosystem: "npm", name: "left-pad" },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "1.3.0" }] }],
      },
    ],
  });
  const index = await advisories.database.current();
  const found = (analyzer: string): InstalledPackage => ({
    ...{ type: "npm", name: "left-pad", version: "1.3.0", path: "app/package.json", analyzer },
    ...{ layerDiffId: "sha256:0", isSystemOwned: false },
  });
  const judging = (analyzer: string) =>
    judgeInventory(index!, "ENHANCED", { packages: [found(analyzer)], unread: [] }, 0);
  expect((await judging("npm")).findings).toEqual([]);
  await expect(judging(attachedSbom)).rejects.toMatchObject({ status: "UNSUPPORTED_IMAGE" });
});
