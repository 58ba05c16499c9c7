import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { DirectoryFiles } from "./directory-files.ts";

let outside: string;
let files: DirectoryFiles;
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), "entrepot-files-"));
  const root = join(outside, "given");
  await mkdir(join(root, "layers"), { recursive: true });
  await writeFile(join(outside, "secret"), "secret");
  await writeFile(join(root, "..named"), "named");
  await writeFile(join(root, "layers", "one"), "one");
  await symlink("layers/one", join(root, "linked"));
  await symlink(join(outside, "secret"), join(root, "layers", "out"));
  await symlink("..", join(root, "up"));
  files = new DirectoryFiles(root);
});
afterEach(() => rm(outside, { recursive: true }));

it.each([
  ["layers/one", "one"],
  ["./layers/../layers/one", "one"],
  ["linked", "one"],
  ["..named", "named"],
])("what is in the directory is found: %s", async (path, content) => {
  const found = await files.find(path);
  expect(found?.sizeBytes).toBe(content.length);
  expect(await text(found!.stream())).toBe(content);
});

it.each([
  "../secret",
  "layers/../../secret",
  "layers/out",
  "up/secret",
  "up/given/../secret",
  "layers",
  "none",
  "layers/one\0",
])("what is outside of it, or no file, is not there: %j", async (path) => {
  expect(await files.find(path)).toBeUndefined();
});
