/** What `entrepot doctor` says of the keys of repositories, on a server that listens. */
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  type CommandServer,
  openCommandServer,
  rootKey,
} from "../../../test/support/command-server.ts";
import { createKey } from "../../registry/kms/create-key.ts";
import { type KmsKey, kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { limits } from "../../registry/limits.ts";
import type { AccountId, Region } from "../../registry/names.ts";
import { checkKeys } from "./check-keys.ts";
import { Server } from "./server.ts";

const registry = { account: "000000000000" as AccountId, region: "eu-west-1" as Region };
let commands: CommandServer;
let server: Server;

beforeEach(async () => {
  commands = await openCommandServer();
  const { client, store } = commands;
  const address = {
    ...{ origin: client.httpUrl ?? "", region: client.region, authority: "" },
    now: () => store.clock.now(),
  };
  server = new Server(address, rootKey);
});
afterEach(() => commands.close());

const create = (repositoryName: string, encryptionType: string) =>
  commands.ask("ecr:CreateRepository", {
    repositoryName,
    encryptionConfiguration: { encryptionType },
  });

/** The key of the repositories under KMS. */
async function keyArn(): Promise<string> {
  const [key] = await server.all("entrepot:ListRepositoryKeys", "keys", {});
  return key?.kmsKey ?? "none";
}

it("says nothing where no repository is under a key of KMS", async () => {
  await create("team/app", "AES256");
  expect(await checkKeys(server)).toEqual([]);
});

it("is content with keys that can be used, and names the repositories that are under none", async () => {
  await create("team/app", "KMS");
  expect(await checkKeys(server)).toEqual([
    { name: "keys", status: "ok", detail: expect.stringContaining("each can be used") },
  ]);
  await create("team/odd", "AES256");
  expect(await checkKeys(server)).toContainEqual({
    ...{ name: "encryption", status: "warn" },
    detail: "under no KMS key, unlike other repositories: team/odd",
    mend: expect.stringMatching(/^npx entrepot rekey <repository> --to <key>/),
  });
});

it("fails for a key that shuts its repositories, with the command that opens them", async () => {
  const { ports, clock } = commands.store;
  const key = await createKey(ports, { registry });
  const kmsKey = kmsKeyArn(key);
  const setState = async (state: Partial<KmsKey>) => {
    await ports.metadata.transaction(({ kms }) => kms.keys.replace({ ...key, ...state }));
    clock.advance(2 * limits.identityCacheMs);
  };
  for (const repositoryName of ["team/one", "team/two"]) {
    const encryptionConfiguration = { encryptionType: "KMS", kmsKey };
    await commands.ask("ecr:CreateRepository", { repositoryName, encryptionConfiguration });
  }
  expect(await keyArn()).toBe(kmsKey);
  await setState({ state: "Disabled" });
  expect(await checkKeys(server)).toEqual([
    {
      ...{ name: "key", status: "fail" },
      detail: expect.stringMatching(`^${kmsKey} shuts team/one, team/two: .*disabled`),
      mend: `aws kms enable-key --key-id ${kmsKey}`,
    },
  ]);
  await setState({ state: "PendingDeletion", deletionAt: clock.now() + 7 * 86_400_000 });
  expect(await checkKeys(server)).toEqual([
    expect.objectContaining({
      mend: `aws kms cancel-key-deletion --key-id ${kmsKey} && aws kms enable-key --key-id ${kmsKey}`,
    }),
  ]);
});
