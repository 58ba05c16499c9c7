import { expect, it, onTestFinished } from "vitest";
import { TestAdvisories } from "../../../test/support/scanner.ts";
import { attachedSbom } from "./attached/attached-packages.ts";
import type { Distribution } from "./distribution.ts";
import type { InstalledPackage } from "./image-inventory.ts";
import { judgeInventory } from "./judge-inventory.ts";
import { scanningLimits } from "./scanning-limits.ts";

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

it("says of an image that nobody can judge which system it is, and of packages that were left why", async () => {
  const advisories = await TestAdvisories.open();
  onTestFinished(() => advisories.close());
  await advisories.import({
    ...{ schema_version: "1.6.0", id: "ALSA-2026:1", modified: "2020-01-01T00:00:00Z" },
    affected: [
      {
        package: { ecosystem: "AlmaLinux:9", name: "bash" },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "9-1" }] }],
      },
    ],
  });
  const index = await advisories.database.current();
  const found = (name: string, vendor: string): InstalledPackage => ({
    ...{ type: "rpm", name, version: "1-1", vendor, path: "var/lib/rpm/Packages" },
    ...{ analyzer: "rpm", layerDiffId: "sha256:0", isSystemOwned: false },
  });
  const judging = (distribution: Distribution | undefined, ...packages: InstalledPackage[]) =>
    judgeInventory(
      index!,
      "ENHANCED",
      { packages, unread: [], ...(distribution && { distribution }) },
      0,
    );
  const centos = { id: "centos", versionId: "7", name: "CentOS Linux 7 (Core)" };
  const two = [found("bash", "CentOS"), found("curl", "CentOS")];
  await expect(judging(centos, ...two)).rejects.toThrow(
    "not supported. 2 packages were not judged: nobody publishes advisories for CentOS Linux 7 (Core).",
  );
  await expect(judging(undefined, ...two)).rejects.toThrow("nothing tells the distribution.");
  const alma = { id: "almalinux", versionId: "9", name: "AlmaLinux 9", ecosystem: "AlmaLinux:9" };
  const { reservations } = await judging(
    alma,
    found("bash", "AlmaLinux"),
    found("docker-ce", "Docker"),
  );
  expect(reservations).toEqual(["1 package was not judged: built by a third party."]);
});

it("serves others while it judges very many packages, and is refused for too many findings", async () => {
  const advisories = await TestAdvisories.open();
  onTestFinished(() => advisories.close());
  const ids = Array.from({ length: 200 }, (_, n) => `GHSA-aaaa-bbbb-${String(n).padStart(4, "0")}`);
  await advisories.import(
    ...ids.map((id) => ({
      ...{ schema_version: "1.6.0", id, modified: "2020-01-01T00:00:00Z" },
      affected: [
        {
          package: { ecosystem: "npm", name: "left-pad" },
          ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "1000000.0.0" }] }],
        },
      ],
    })),
  );
  const index = await advisories.database.current();
  const packages = (name: (n: number) => string, count: number) =>
    Array.from(
      { length: count },
      (_, n): InstalledPackage => ({
        ...{
          type: "npm",
          name: name(n),
          version: `${n}.0.0`,
          path: "a/package.json",
          analyzer: "npm",
        },
        ...{ layerDiffId: "sha256:0", isSystemOwned: false },
      }),
    );
  const judging = (found: readonly InstalledPackage[]) =>
    judgeInventory(index!, "ENHANCED", { packages: found, unread: [] }, 0);
  let [turns, isDone] = [0, false];
  const turn = () => {
    turns++;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  const { looksAtOnce, imageFindings } = scanningLimits;
  const judged = await judging(packages((n) => `p${n}`, 5 * looksAtOnce));
  isDone = true;
  expect(judged.findings).toEqual([]);
  expect(turns).toBeGreaterThanOrEqual(8);
  const vulnerable = packages(() => "left-pad", imageFindings / ids.length + 1);
  expect((await judging(vulnerable.slice(1))).findings).toHaveLength(imageFindings);
  await expect(judging(vulnerable)).rejects.toMatchObject({
    name: "ScanRefusal",
    status: "FAILED",
  });
});
