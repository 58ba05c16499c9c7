import { expect, it } from "vitest";
import { matcherFormat } from "./advisories/package-keys.ts";
import { basisOf } from "./finding-basis.ts";
import type { ImageInventory } from "./image-inventory.ts";

it("is the same for an inventory that was kept, and another one for other contents or another matcher", () => {
  const place = { path: "p", analyzer: "a", layerDiffId: "d", isSystemOwned: false };
  const inventory: ImageInventory = {
    packages: [{ ...place, type: "npm", name: "lodash", version: "4.17.20" }],
    unread: [],
  };
  const basis = basisOf(inventory);
  expect(basisOf(JSON.parse(JSON.stringify(inventory)))).toBe(basis);
  expect(basisOf({ ...inventory, packages: [] })).not.toBe(basis);
  expect(basisOf(inventory, matcherFormat + 1)).not.toBe(basis);
});
