import { expect, it, onTestFinished } from "vitest";
import { changedStore } from "../../../test/support/changed-store.ts";
import { account, callerOf, TestRegistry } from "../../../test/support/ecr.ts";
import { testPorts } from "../../../test/support/ports.ts";
import { settleReplication } from "../../../test/support/settle-replication.ts";
import { describeImages } from "../../operations/ecr/describe-images.ts";
import { putReplicationConfiguration } from "../../operations/ecr/put-replication-configuration.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { Digest, Region, RepositoryName, Tag } from "../names.ts";
import { queueReplication } from "./queue-replication.ts";

const name = "app" as RepositoryName;
const [east, west] = ["us-east-1" as Region, "eu-west-1" as Region];
/** So many a copy of one image begins at least, from its event on. */
const transactions = 7;

it("a tag that an image gets while it is copied goes along, whenever that is", async () => {
  const opened = await testPorts();
  onTestFinished(() => opened.close());
  const registry = new TestRegistry(opened);
  await registry.createRepository(name);
  const destination = { account, region: west };
  const rules = [{ destinations: [{ region: west, registryId: account }] }];
  await registry.ask(putReplicationConfiguration, { replicationConfiguration: { rules } });
  const { ports } = opened;
  const { metadata } = ports;
  const repository = (await metadata.repositories.find({ account, region: east }, name))!;
  for (let before = 0; before < transactions; before++) {
    const tag = `late-${before}` as Tag;
    const digest = (await registry.pushImage(name, tag)) as Digest;
    let begun = 0;
    const transaction: MetadataStore["transaction"] = async (work) => {
      if (begun++ === before) {
        // Without its event, which would ask for it once more.
        const at = ports.clock.now();
        await metadata.transaction(async (change) => {
          await change.tags.put(repository, { tag, digest, at, freshUntil: undefined });
          await queueReplication(change, repository, { digest, tags: [tag] }, destination, at);
        });
      }
      return metadata.transaction(work);
    };
    const watched = { ...ports, metadata: changedStore(metadata, { transaction }) };
    await settleReplication({ ...opened, ports: watched });
    expect(begun).toBeGreaterThan(before);
    const there = { ...callerOf(account), region: west };
    const imageIds = [{ imageDigest: digest }];
    const { imageDetails } = await registry.ask(
      describeImages,
      { repositoryName: name, imageIds },
      there,
    );
    expect(imageDetails?.[0]?.imageTags, `before transaction ${before}`).toEqual([tag]);
  }
});
