import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changedStore } from "../../../test/support/changed-store.ts";
import { account, deployment, TestRegistry } from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { deleteRepository } from "../../operations/ecr/delete-repository.ts";
import type { Ports } from "../../ports/ports.ts";
import { limits } from "../limits.ts";
import { RegistryMemory } from "../memory.ts";
import type { Digest, RepositoryName, UploadId } from "../names.ts";
import { completeUpload } from "./complete-upload.ts";
import { appendToUpload, startUpload, uploadStatus } from "./upload-layer.ts";

const registry = { account, region: deployment.region };
const name = "team/app" as RepositoryName;
const digestOf = (content: string) =>
  `sha256:${createHash("sha256").update(content).digest("hex")}` as Digest;

let opened: TestPorts;
let ports: Ports;
let api: TestRegistry;

beforeEach(async () => {
  opened = await testPorts();
  ({ ports } = opened);
  api = new TestRegistry(opened);
  await api.createRepository(name);
});
afterEach(() => api.close());

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const append = (id: UploadId, text: string, by = ports) =>
  appendToUpload(by, registry, name, id, bytesOf(text), {});
const complete = (id: UploadId, text: string, by = ports) =>
  completeUpload(by, registry, name, id, digestOf(text), {
    ...{ repeatable: false, emptyAllowed: true, enforcePartSize: false },
  });
/** Another process on the same stores, which nothing keeps from a session. */
const replica = (): Ports => ({
  ...ports,
  memory: new RegistryMemory(),
  exclusive: changedStore(ports.exclusive, { tryAcquire: async () => async () => undefined }),
});

describe("an upload session", () => {
  it("ends with its time, whatever garbage collection has come to", async () => {
    const { id } = await startUpload(ports, registry, name);
    await append(id, "begun");
    opened.clock.advance(limits.uploadLifeMs - 1);
    expect((await uploadStatus(ports, registry, name, id)).offset).toBe(5);
    opened.clock.advance(1);
    const ended = { kind: "UploadNotFound" };
    await expect(uploadStatus(ports, registry, name, id)).rejects.toMatchObject(ended);
    await expect(append(id, " anew")).rejects.toMatchObject(ended);
    await expect(complete(id, "begun")).rejects.toMatchObject(ended);
  });

  it("takes no more than a layer may have, however it is cut", async () => {
    const begun = await startUpload(ports, registry, name);
    const nearlyFull = { ...begun, offset: limits.layerBytes - 4, revision: 1 };
    const replaced = () => new Error("it was another one");
    await ports.metadata.transaction(({ uploads }) => uploads.replace(begun, nearlyFull, replaced));
    await expect(append(begun.id, "12345")).rejects.toMatchObject({ kind: "LimitExceeded" });
    expect((await append(begun.id, "1234")).offset).toBe(limits.layerBytes);
  });

  it("has the digest of what is stored, and not of what this process received for nothing", async () => {
    const { id } = await startUpload(ports, registry, name);
    const transaction = () => Promise.reject(new Error("the database went away"));
    const failing = { ...ports, metadata: changedStore(ports.metadata, { transaction }) };
    await expect(append(id, "lost!", failing)).rejects.toThrow("went away");
    await append(id, "kept!", replica());
    await append(id, " more");
    await expect(complete(id, "lost! more")).rejects.toMatchObject({ kind: "InvalidLayer" });
    const { layer } = await complete(id, "kept! more");
    expect(layer.digest).toBe(digestOf("kept! more"));
  });

  it("does not become a layer of a repository that is made anew under the name meanwhile", async () => {
    const { id } = await startUpload(ports, registry, name);
    await append(id, "for the former one");
    let isOther = false;
    const transaction: Ports["metadata"]["transaction"] = async (work) => {
      if (!isOther) {
        isOther = true;
        await api.ask(deleteRepository, { repositoryName: name });
        await api.createRepository(name);
      }
      return ports.metadata.transaction(work);
    };
    const overtaken = { ...ports, metadata: changedStore(ports.metadata, { transaction }) };
    const completed = complete(id, "for the former one", overtaken);
    await expect(completed).rejects.toMatchObject({ kind: "UploadNotFound" });
    const { layer } = await ports.metadata.layers
      .resolve(registry, name, digestOf("for the former one"))
      .then((found) => found!);
    expect(layer).toBeUndefined();
  });

  it("is not completed with less than another process has accepted meanwhile", async () => {
    const content = "a layer that the registry has already";
    await api.pushLayer(name, Buffer.from(content));
    const { id } = await startUpload(ports, registry, name);
    await append(id, content);
    const objects = changedStore(ports.metadata.objects, {
      findLive: async (...asked) => {
        await append(id, " and more", replica());
        return ports.metadata.objects.findLive(...asked);
      },
    });
    const overtaken = { ...ports, metadata: changedStore(ports.metadata, { objects }) };
    const completed = complete(id, content, overtaken);
    await expect(completed).rejects.toMatchObject({ kind: "UploadNotFound" });
    expect((await uploadStatus(ports, registry, name, id)).offset).toBe(content.length + 9);
  });
});
