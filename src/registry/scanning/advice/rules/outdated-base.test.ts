import { describe, expect, it } from "vitest";
import type { Digest, RepositoryName, Tag } from "../../../names.ts";
import { adviseOnImage } from "../advise-on-image.ts";
import { parseImageConfig } from "../image-config.ts";
import type { BaseFindings, NewerBase } from "../newer-base.ts";

const config = parseImageConfig(Buffer.from('{"os":"linux","architecture":"amd64"}'));
const digest = (of: string) => `sha256:${of.repeat(64)}` as Digest;

function advised(findings: BaseFindings | undefined, more: Partial<NewerBase> = {}) {
  const newerBase: NewerBase = {
    ...{ name: "localhost:5050/debian:12", repositoryName: "debian" as RepositoryName },
    ...{ tag: "12" as Tag, isNewer: true, isHeld: false },
    ...{ usedDigest: digest("1"), newestDigest: digest("2"), taggedDigest: digest("2") },
    ...(findings && { findings }),
    ...more,
  };
  const advice = adviseOnImage({ config, layers: [], newerBase });
  return advice.find(({ id }) => id === "outdated-base")!;
}

const findings = (fixed: object, gained: object, same = 0) =>
  ({ fixed, gained, same }) as BaseFindings;

describe("advice on a newer base", () => {
  it.each([
    ["high", findings({ HIGH: 2, LOW: 1 }, { HIGH: 1, LOW: 9 })],
    ["medium", findings({ HIGH: 1, LOW: 2 }, { CRITICAL: 1, LOW: 1 })],
    ["low", findings({ LOW: 9 }, { HIGH: 1 })],
    ["low", findings({ LOW: 1 }, { MEDIUM: 1 })],
    ["medium", undefined],
  ])("is %s, as urgent as what goes away by it", (severity, given) => {
    expect(advised(given).severity).toBe(severity);
  });

  it("is not urgent while the newer one is held back, whatever it would mend", () => {
    expect(advised(findings({ CRITICAL: 9 }, {}), { isHeld: true }).severity).toBe("low");
  });

  it("says in words how much goes, comes and stays, the worst first", () => {
    const { reason } = advised(findings({ LOW: 1, CRITICAL: 2 }, { UNDEFINED: 1 }, 40));
    expect(reason).toContain(
      "mends 3 findings (2 critical, 1 low), and brings 1 finding (1 not rated); 40 findings stay.",
    );
    expect(advised(findings({}, {}, 1)).reason).toContain("is the same: 1 finding.");
  });

  it("does not call newer what was pushed before", () => {
    expect(advised(undefined, { isNewer: false }).title).toBe(
      "`localhost:5050/debian:12` is another image now",
    );
  });
});
