/** The reader of docs/encryption.md, which has nothing of Entrepot, on stores that Entrepot wrote. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ecrClient } from "../interop/registry.ts";
import { digestOf } from "../support/oci-client.ts";
import { someBytes } from "../support/store.ts";
import { type PushedImage, pushImage, ServedStore } from "./served-store.ts";

const reader = fileURLToPath(new URL("../../docs/encryption/read-object.mjs", import.meta.url));
let store: ServedStore;

beforeEach(async () => {
  store = await ServedStore.make();
});

afterEach(() => store.remove());

async function read(digest: string): Promise<Buffer> {
  const options = { encoding: "buffer", maxBuffer: 2 ** 26 } as const;
  const words = [reader, store.directory, digest];
  return (await promisify(execFile)(process.execPath, words, options)).stdout;
}

it.each(["AES256", "KMS", "KMS_DSSE"] as const)("opens what is sealed under %s", async (type) => {
  const { server, client } = await store.serve();
  const ecr = ecrClient(server, "plain HTTP");
  const encryptionConfiguration = { encryptionType: type };
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "app", encryptionConfiguration }));
  ecr.destroy();
  const config = Buffer.from("{}");
  const [small, large] = [someBytes(900), someBytes(3 * 1024 * 1024 + 17)];
  const pushed: PushedImage = await pushImage(client, "app", "v1", [config, small, large]);
  const appended = [someBytes(1_500_000), someBytes(1_500_000), someBytes(7)];
  let location = await client.startUpload("app");
  for (const body of appended) {
    const patch = await client.send("PATCH", location, { body });
    location = patch.headers.get("location") ?? location;
  }
  const whole = Buffer.concat(appended);
  const end = await client.send(
    "PUT",
    `${location}${location.includes("?") ? "&" : "?"}digest=${digestOf(whole)}`,
  );
  expect(end.status).toBe(201);
  await server.stop();
  for (const content of [config, small, large, whole]) {
    expect((await read(digestOf(content))).equals(content)).toBe(true);
  }
  expect(digestOf(await read(pushed.digest))).toBe(pushed.digest);
});
