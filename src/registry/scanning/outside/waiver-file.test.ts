import { expect, it } from "vitest";
import type { ImageFinding } from "../image-finding.ts";
import { isAbout, readWaiverFile } from "./waiver-file.ts";

it("a waiver is of a vulnerability by any of its names, in whichever case", () => {
  const finding = {
    ...{ vulnerabilityId: "CVE-2026-1", aliases: ["GHSA-abcd-efgh-ijkl"], advisories: [] },
    package: { type: "npm", name: "left", version: "1.0.0" },
  } as unknown as ImageFinding;
  const isMet = (id: string) => isAbout(readWaiverFile(`${id} 2026-12-31 later`)[0]!, finding);
  expect(["CVE-2026-1", "cve-2026-1", "GHSA-ABCD-efgh-ijkl"].map(isMet)).toEqual([
    ...[true, true, true],
  ]);
  expect(isMet("CVE-2026-2")).toBe(false);
});
