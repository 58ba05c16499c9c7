import { afterEach, beforeEach, expect, it } from "vitest";
import { account, deployment, TestRegistry } from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { batchDeleteImage } from "../../operations/ecr/batch-delete-image.ts";
import { deleteRepository } from "../../operations/ecr/delete-repository.ts";
import type { Digest, RepositoryName } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { purgeImages, purgeRepository } from "./purge.ts";

const repositoryName = "app" as RepositoryName;
const dayMs = 86_400_000;
let opened: TestPorts;
let registry: TestRegistry;
let repository: Repository;
let digest: Digest;

beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  registry.keepTrash(7);
  await registry.createRepository(repositoryName);
  digest = (await registry.pushImage(repositoryName, "image")) as Digest;
  const home = { account, region: deployment.region };
  repository = await findRepository(opened.ports, home, repositoryName);
});
afterEach(() => registry.close());

it("leaves an image the time that it has in the trash, whoever asks for it to go", async () => {
  await registry.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest: digest }] });
  const { trash } = opened.ports.metadata;
  opened.clock.advance(7 * dayMs - 1);
  expect(await purgeImages(opened.ports, repository, [digest])).toBe(0);
  expect(await trash.findImage(repository, digest)).toBeDefined();
  opened.clock.advance(1);
  expect(await purgeImages(opened.ports, repository, [digest])).toBe(1);
  expect(await trash.findImage(repository, digest)).toBeUndefined();
});

it("leaves a repository its time, with all that is in it", async () => {
  await registry.ask(deleteRepository, { repositoryName, force: true });
  const { images } = opened.ports.metadata;
  const never = () => false;
  opened.clock.advance(7 * dayMs - 1);
  expect(await purgeRepository(opened.ports, repository, never)).toBe(false);
  expect(await images.links(repository, { limit: 1 })).toHaveLength(1);
  opened.clock.advance(1);
  expect(await purgeRepository(opened.ports, repository, never)).toBe(true);
  expect(await images.links(repository, { limit: 1 })).toEqual([]);
});
