/** What an SBOM export has sealed, opened by the command, on a server that listens. */
import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { account, callerOf, TestRegistry } from "../../../../test/support/ecr.ts";
import { createKey } from "../../../operations/kms/create-key.ts";
import { exportSeal, newExportKey } from "../../../registry/inspector/export-sealing.ts";
import type { SbomExport } from "../../../registry/inspector/sbom-export.ts";
import type { Region } from "../../../registry/names.ts";

const registry = { account, region: "eu-west-1" as Region };
const plain = '{"bomFormat":"CycloneDX","name":"größer"}';

let commands: CommandServer;
let file: string;
let kmsKeyArn: string;
beforeEach(async () => {
  commands = await openCommandServer();
  const { ports } = commands.store;
  const caller = { ...callerOf(account), region: registry.region };
  const created = await new TestRegistry(commands.store).ask(createKey, {}, caller);
  kmsKeyArn = created.KeyMetadata?.Arn ?? "";
  const id = randomUUID();
  const sealedDataKey = await newExportKey(ports, caller, registry, { id, kmsKeyArn });
  const of = { id, destination: { kmsKeyArn, sealedDataKey } } as SbomExport;
  const seal = await exportSeal(ports, of);
  const { content, instruction } = seal!.seal("a", Buffer.from(plain));
  file = join(commands.directory, "a.json");
  await writeFile(file, content);
  await writeFile(`${file}.instruction`, instruction);
});
afterEach(() => commands.close());

const open = () => commands.run(["sbom", "open", file]);

it("prints the bill of materials to whoever may decrypt with the key", async () => {
  expect(await readFile(file, "latin1")).not.toContain("bomFormat");
  expect(await open()).toMatchObject({ code: 0, out: plain });
});

it("prints nothing of what is damaged, is not its instruction's, or is under a key that is shut", async () => {
  const sealed = await readFile(file);
  await writeFile(
    file,
    Buffer.concat([sealed.subarray(0, 5), Buffer.of(sealed[5]! ^ 1), sealed.subarray(6)]),
  );
  expect(await open()).toMatchObject({ code: 1, out: "", error: expect.stringMatching(/damaged/) });
  await writeFile(file, sealed);
  await commands.ask("kms:DisableKey", { KeyId: kmsKeyArn });
  expect(await open()).toMatchObject({
    code: 1,
    out: "",
    error: expect.stringMatching(/disabled/),
  });
  await writeFile(`${file}.instruction`, "{}");
  expect(await open()).toMatchObject({
    ...{ code: 1, error: expect.stringMatching(/no instruction file/) },
  });
});
