import { afterEach, beforeEach, expect, it } from "vitest";
import { ApprovingRegistry } from "../../../test/support/approvals.ts";
import { changedStore } from "../../../test/support/changed-store.ts";
import { account, callerOf, deployment, ociIndex, ociManifest } from "../../../test/support/ecr.ts";
import { advisory, lodashLayer } from "../../../test/support/scanned-registry.ts";
import { putGate } from "../../operations/entrepot/put-gate.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { Digest, RepositoryName } from "../names.ts";
import { gateLimits } from "./gate-limits.ts";
import { gatesOn, judgeImage } from "./judge-image.ts";

const name = "team/app" as RepositoryName;
let story: ApprovingRegistry;
let digest: Digest;

beforeEach(async () => {
  story = await ApprovingRegistry.open(name);
  digest = (await story.push(name, "v1", [lodashLayer], callerOf(account))) as Digest;
});
afterEach(() => story.close());

const repository = async () => {
  const registry = { account, region: deployment.region };
  return (await story.scanned.opened.ports.metadata.repositories.find(registry, name))!;
};

it("what is found while an image is judged is not overwritten by a verdict from before", async () => {
  const gate = { name: "severe", repositories: [name], blockAtSeverity: "CRITICAL" };
  await story.registry.ask(putGate, gate);
  await story.settle();
  expect(await story.pull(name, digest)).toBe("ok");
  const { ports } = story.scanned.opened;
  const { metadata } = ports;
  let overtaken = false;
  const transaction: MetadataStore["transaction"] = async (work) => {
    if (!overtaken) {
      overtaken = true;
      const severity = { database_specific: { severity: "CRITICAL" } };
      await story.matchAgain(advisory("GHSA-0000-0000-0001", "npm", "lodash", "4.17.22", severity));
      expect(await story.pull(name, digest)).toMatch(/1 finding blocks/);
    }
    return metadata.transaction(work);
  };
  const slow = { ...ports, metadata: changedStore(metadata, { transaction }) };
  await judgeImage(slow, await repository(), digest);
  expect(overtaken).toBe(true);
  expect(await story.pull(name, digest)).toMatch(/1 finding blocks/);
});

it("gates by tags speak of an image that stands under more indexes than are looked through", async () => {
  const gate = { name: "prod", repositories: [name], tags: ["prod-*"], requireScan: true };
  await story.registry.ask(putGate, gate);
  const { metadata } = story.scanned.opened.ports;
  const speaking = async () => (await gatesOn(metadata, await repository(), digest)).length;
  const index = async (listed: readonly string[], n: number) => {
    const manifests = listed.map((each) => ({ mediaType: ociManifest, digest: each, size: 2 }));
    const annotations = { n: `${n}` };
    const document = { schemaVersion: 2, mediaType: ociIndex, manifests, annotations };
    return story.registry.putManifest(name, document);
  };
  const listed: string[] = [];
  for (let n = 1; n < gateLimits.nestedParents; n++) listed.push(await index([digest], n));
  await index(listed, 0);
  expect(await speaking()).toBe(0);
  await index([await index([digest], gateLimits.nestedParents)], 0);
  expect(await speaking()).toBe(1);
});
