import { hash } from "node:crypto";
import { expect, it } from "vitest";
import { matcherFormat } from "./advisories/package-keys.ts";
import { basisOf } from "./finding-basis.ts";
import type { ImageInventory } from "./image-inventory.ts";
import { scanningLimits } from "./scanning-limits.ts";

it("is the same for an inventory that was kept, and another one for other contents or another matcher", async () => {
  const place = { path: "p", analyzer: "a", layerDiffId: "d", isSystemOwned: false };
  const inventory: ImageInventory = {
    packages: [{ ...place, type: "npm", name: "lodash", version: "4.17.20" }],
    unread: [],
  };
  const basis = await basisOf(inventory);
  expect(await basisOf(JSON.parse(JSON.stringify(inventory)))).toBe(basis);
  expect(await basisOf({ ...inventory, packages: [] })).not.toBe(basis);
  expect(await basisOf(inventory, matcherFormat + 1)).not.toBe(basis);
});

it("of an inventory of any size is the hash of its JSON", async () => {
  const place = { path: "p", analyzer: "a", layerDiffId: "d", isSystemOwned: false };
  for (const count of [0, 1, scanningLimits.itemsPerPart, 2 * scanningLimits.itemsPerPart + 1]) {
    const packages = Array.from({ length: count }, (_, at) => {
      return { ...place, type: "npm" as const, name: `name-${at}`, version: "1" };
    });
    const distribution = { id: "debian", name: "Debian 12", ecosystem: "Debian:12" };
    const inventory: ImageInventory = { distribution, packages, unread: [] };
    const json = JSON.stringify([matcherFormat, inventory]);
    expect(await basisOf(inventory)).toBe(hash("sha256", json));
  }
});
