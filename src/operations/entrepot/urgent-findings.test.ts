import { afterEach, beforeEach, expect, it } from "vitest";
import { account, imageManifest, ociIndex, ociManifest } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import { findFixedTags } from "./find-fixed-tags.ts";
import { listImageFindings } from "./list-image-findings.ts";
import { searchFindings } from "./search-findings.ts";

let scanned: ScannedRegistry;
beforeEach(async () => {
  scanned = await ScannedRegistry.open("app", "web");
});
afterEach(() => scanned.close());
const ask: ScannedRegistry["registry"]["ask"] = (...given) => scanned.registry.ask(...given);

it("findings of all repositories come by their priority, page by page, as each image tells it", async () => {
  const pushed = [
    ["app", "v1", [debianLayer, lodashLayer]],
    ["app", "v2", [lodashLayer]],
    ["web", "prod", [lodashLayer]],
    ["web", "v1", [debianLayer]],
  ] as const;
  const expected: number[] = [];
  const digests = [];
  for (const [name, tag, layers] of pushed) {
    digests.push([name, await scanned.push(name, tag, layers)] as const);
  }
  await scanned.settle();
  for (const [repositoryName, imageDigest] of digests) {
    const told = await ask(listImageFindings, { repositoryName, imageId: { imageDigest } });
    expected.push(...told.findings.map(({ priority }) => priority));
  }
  expected.sort((one, other) => other - one);
  const all = await ask(searchFindings, {});
  expect(all.findings.map(({ priority }) => priority)).toEqual(expected);
  expect(new Set(expected).size).toBeGreaterThan(2);
  for (const size of [1, 2, 3]) {
    const pages = [];
    let nextToken: string | undefined;
    do {
      const page = await ask(searchFindings, { maxResults: size, nextToken });
      pages.push(...page.findings);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(pages).toEqual(all.findings);
  }
  const [first] = all.findings;
  const sum = first?.explanation.reduce((total, { points }) => total + points, 0);
  expect(sum).toBeCloseTo(first?.priority ?? Number.NaN, 5);
  const ecrImageRepositoryName = [{ comparison: "EQUALS", value: "web" }];
  const narrowed = await ask(searchFindings, { filterCriteria: { ecrImageRepositoryName } });
  expect(narrowed.findings).toHaveLength(2);
});

it("findings of all repositories are for who may list them", async () => {
  const caller = await userWith(
    scanned.opened.ports,
    { account, name: "dev" },
    { Effect: "Allow", Action: "entrepot:*", Resource: "*" },
  );
  await expect(ask(searchFindings, {}, caller)).rejects.toMatchObject({ kind: "AccessDenied" });
});

it("the newest tag without a vulnerability is told, of an index only if all that it lists is", async () => {
  await scanned.push("app", "v1", [lodashLayer]);
  await scanned.push("app", "v2", [debianLayer]);
  scanned.registry.clock.advance(1_000);
  const fixed = await scanned.push("app", "v3", [debianLayer]);
  scanned.registry.clock.advance(1_000);
  const bad = await scanned.push("app", "v4", [lodashLayer]);
  const manifests = [];
  for (const digest of [fixed, bad]) {
    const text = await scanned.registry.manifestText("app", digest);
    manifests.push({ mediaType: ociManifest, digest, size: Buffer.byteLength(text) });
  }
  scanned.registry.clock.advance(1_000);
  const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
  await scanned.registry.putManifest("app", index, { imageTag: "both" });
  await scanned.push("web", "v1", [lodashLayer]);
  await scanned.settle();
  scanned.registry.clock.advance(1_000);
  // Nobody has looked into that one.
  const config = Buffer.from('{"never":"scanned"}');
  await scanned.pushLayer("app", config);
  await scanned.registry.putManifest("app", imageManifest(config), { imageTag: "unknown" });
  const repositoryNames = ["web", "app", "gone"];
  for (const vulnerabilityId of ["CVE-2021-23337", "GHSA-35jh-r3h4-6jhm"]) {
    const { fixedTags } = await ask(findFixedTags, { vulnerabilityId, repositoryNames });
    expect(fixedTags).toMatchObject([
      { repositoryName: "app", imageTag: "v2", imagePushedAt: expect.any(Number) },
    ]);
  }
  const caller = await userWith(
    scanned.opened.ports,
    { account, name: "eve" },
    { Effect: "Allow", Action: "ecr:*", Resource: "*" },
  );
  const asked = { vulnerabilityId: "CVE-2021-23337", repositoryNames };
  expect(await ask(findFixedTags, asked, caller)).toEqual({ fixedTags: [] });
});
