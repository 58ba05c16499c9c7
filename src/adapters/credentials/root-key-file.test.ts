import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readOrCreateRootKey } from "./root-key-file.ts";

let file: string;
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), "entrepot-key-")), "credentials");
});
afterEach(() => rm(dirname(file), { recursive: true, force: true }));

describe("the root's key file", () => {
  it("is made once, in AWS's shapes, and for its owner only", async () => {
    const made = await readOrCreateRootKey(file);
    expect(made.created).toBe(true);
    expect(made.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(made.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readOrCreateRootKey(file)).toEqual({ ...made, created: false });
  });

  it("is read as AWS tools write it", async () => {
    await writeFile(file, "[default]\n  aws_access_key_id=AKIAX\naws_secret_access_key =abc/d+e\n");
    expect(await readOrCreateRootKey(file)).toMatchObject({
      accessKeyId: "AKIAX",
      secretAccessKey: "abc/d+e",
    });
  });

  it("is refused and left alone when it holds no key", async () => {
    await writeFile(file, "[default]\n");
    await expect(readOrCreateRootKey(file)).rejects.toThrow(/holds no aws_access_key_id/);
    expect(await readFile(file, "utf8")).toBe("[default]\n");
  });
});
