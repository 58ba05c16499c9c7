import { expect, it } from "vitest";
import { ImageBounds } from "./image-bounds.ts";
import { scanningLimits } from "./scanning-limits.ts";

const { imagePackages, imageFiles } = scanningLimits;

it("refuses an image whose layers are more together than any image has, and no other", () => {
  const layer = (packages: number, files: number) => ({
    records: [{ path: "a", analyzer: "dpkg", packages: Array(packages).fill({}) }],
    files: Array(files).fill({}),
  });
  type Layer = ReturnType<typeof layer>;
  const requireBounded = (layers: readonly Layer[]) => {
    const bounds = new ImageBounds();
    for (const each of layers) bounds.add(each);
  };
  const half = layer(imagePackages / 2, imageFiles / 2);
  expect(() => requireBounded([half, half])).not.toThrow();
  const refused = { name: "ScanRefusal", status: "FAILED" };
  for (const more of [layer(1, 0), layer(0, 1)]) {
    expect(() => requireBounded([half, half, more])).toThrow(expect.objectContaining(refused));
  }
});
