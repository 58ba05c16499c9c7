import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import { search } from "./search.ts";

describe("a search for whatever somebody types", () => {
  let scanned: ScannedRegistry;
  beforeEach(async () => {
    scanned = await ScannedRegistry.open("team/app", "team/web", "other/app");
  });
  afterEach(() => scanned.close());
  const ask: ScannedRegistry["registry"]["ask"] = (...given) => scanned.registry.ask(...given);
  const repositories = async (text: string, caller?: Awaited<ReturnType<typeof userWith>>) => {
    const found = await ask(search, { text }, caller);
    return found.repositories.items.map(({ repositoryName }) => repositoryName);
  };

  it("finds repositories, tags and images", async () => {
    const imageDigest = await scanned.push("team/app", "v1.0", [debianLayer]);
    await scanned.push("team/web", "v1.1", [debianLayer]);
    expect(await repositories(" App ")).toEqual(["other/app", "team/app"]);
    const tags = await ask(search, { text: "v1" });
    expect(tags.tags).toMatchObject({
      items: [
        { repositoryName: "team/app", imageTag: "v1.0", imageDigest },
        { repositoryName: "team/web", imageTag: "v1.1" },
      ],
      truncated: false,
    });
    const one = await ask(search, { text: "v1", maxResultsPerGroup: 1 });
    expect(one.tags).toMatchObject({ items: [{ imageTag: "v1.0" }], truncated: true });
    const inOne = await ask(search, { text: "team/web:" });
    expect(inOne.tags.items).toMatchObject([{ repositoryName: "team/web", imageTag: "v1.1" }]);
    for (const text of [imageDigest.slice(0, 20), imageDigest.slice("sha256:".length, 20)]) {
      const { images } = await ask(search, { text });
      expect(images.items).toEqual([{ repositoryName: "team/app", imageDigest }]);
    }
  });

  it("finds images that have a vulnerability, by any of its names", async () => {
    const imageDigest = await scanned.push("team/app", "v1", [debianLayer]);
    await scanned.push("team/web", "v1", [lodashLayer]);
    await scanned.settle();
    const { findings } = await ask(search, { text: "cve-2023-1111" });
    expect(findings).toEqual({
      items: [
        {
          ...{ repositoryName: "team/app", imageDigest, vulnerabilityId: "CVE-2023-1111" },
          ...{ severity: "CRITICAL", packageName: "openssl", fixedInVersion: "3.0.11-1" },
        },
      ],
      truncated: false,
    });
    const alias = await ask(search, { text: "GHSA-35jh-r3h4-6jhm" });
    expect(alias.findings.items).toMatchObject([{ repositoryName: "team/web" }]);
    expect((await ask(search, { text: "CVE-2023-9999" })).findings.items).toEqual([]);
  });

  it("tells nobody of what he may not list", async () => {
    const imageDigest = await scanned.push("team/app", "v1", [debianLayer]);
    await scanned.push("other/app", "v1", [debianLayer]);
    await scanned.settle();
    const arn = (name: string) => `arn:aws:ecr:us-east-1:${account}:repository/${name}`;
    const named = (name: string, ...statements: Parameters<typeof userWith>[2][]) =>
      userWith(scanned.opened.ports, { account, name }, ...statements);
    const Action = "entrepot:SearchRepositories";
    const lister = await named("lister", { Effect: "Allow", Action, Resource: arn("team/*") });
    expect(await repositories("app", lister)).toEqual(["team/app"]);
    const ofLister = await ask(search, { text: "v1" }, lister);
    expect([ofLister.tags.items, ofLister.images.items]).toEqual([[], []]);
    const reader = await named("reader", {
      ...{ Effect: "Allow", Action: ["entrepot:SearchImages", "entrepot:ListImageFindings"] },
      Resource: arn("other/app"),
    });
    expect(await repositories("app", reader)).toEqual([]);
    const seen = await ask(search, { text: "v1" }, reader);
    expect(seen.tags.items).toMatchObject([{ repositoryName: "other/app" }]);
    expect((await ask(search, { text: "team/app:v" }, reader)).tags.items).toEqual([]);
    const byDigest = await ask(search, { text: imageDigest }, reader);
    expect(byDigest.images.items).toMatchObject([{ repositoryName: "other/app" }]);
    const findings = await ask(search, { text: "CVE-2023-1111" }, reader);
    expect(findings.findings.items).toMatchObject([{ repositoryName: "other/app" }]);
  });
});
