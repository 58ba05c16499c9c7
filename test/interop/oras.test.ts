import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockerConfigEnv } from "./docker-config.ts";
import { requireProgram } from "./programs.ts";
import { type InteropRegistry, openRegistry, transports } from "./registry.ts";
import { type RunOptions, succeed } from "./run-program.ts";

let registry: InteropRegistry;
let options: RunOptions;

beforeAll(async () => {
  registry = await openRegistry();
  const cwd = join(registry.scratch, "work");
  mkdirSync(cwd);
  options = { env: await dockerConfigEnv(registry), cwd };
  writeFileSync(join(cwd, "a.txt"), "what is pushed");
});

afterAll(() => registry?.close());

async function oras(...args: string[]): Promise<string> {
  return (await succeed(requireProgram("oras"), args, options)).stdout.trim();
}

/** ORAS takes plain HTTP for granted at localhost. */
const flagFor = { "plain HTTP": "--plain-http", TLS: "--plain-http=false" };

describe.each(transports)("oras over %s", (transport) => {
  const flag = flagFor[transport];
  const [from, to] = [flag.replace("plain", "from-plain"), flag.replace("plain", "to-plain")];
  const nameIn = async (prefix: string) =>
    `${registry.address(transport)}/${await registry.createRepository(prefix)}`;

  async function attachedTo(name: string): Promise<string[]> {
    const listed = await oras("discover", flag, "--format=json", name);
    const { referrers } = JSON.parse(listed) as { referrers: { artifactType: string }[] };
    return referrers.map(({ artifactType }) => artifactType).toSorted();
  }

  it("pushes files under several tags and pulls them again", async () => {
    const name = await nameIn("oras");
    await oras("push", flag, `${name}:v1,latest`, "a.txt:text/plain", "--artifact-type=a/b");
    expect(await oras("repo", "tags", flag, name)).toBe("latest\nv1");
    await oras("pull", flag, `${name}:latest`, "--output", transport);
    const pulled = readFileSync(join(registry.scratch, "work", transport, "a.txt"), "utf8");
    expect(pulled).toBe("what is pushed");
    await oras("manifest", "delete", flag, "--force", `${name}:v1`);
    expect(await oras("repo", "tags", flag, name)).toBe("");
  });

  it("attaches, discovers, and copies what is attached", async () => {
    const [source, target] = [await nameIn("oras-from"), await nameIn("oras-to")];
    await oras("push", flag, `${source}:v1`, "a.txt", "--artifact-type=a/b");
    await oras("attach", flag, `${source}:v1`, "a.txt", "--artifact-type=sbom/x");
    await oras("attach", flag, `${source}:v1`, "--artifact-type=note/y", "--annotation=k=v");
    expect(await attachedTo(`${source}:v1`)).toEqual(["note/y", "sbom/x"]);
    await oras("cp", "--recursive", from, to, `${source}:v1`, `${target}:v1`);
    expect(await attachedTo(`${target}:v1`)).toEqual(["note/y", "sbom/x"]);
  });
});

it("oras writes an index, backs a repository up and restores it into another", async () => {
  const flag = flagFor["plain HTTP"];
  const nameIn = async (prefix: string) =>
    `${registry.address("plain HTTP")}/${await registry.createRepository(prefix)}`;
  const [source, target] = [await nameIn("oras-kept"), await nameIn("oras-restored")];
  await oras("push", flag, `${source}:v1`, "a.txt", "--artifact-type=a/b");
  await oras("push", flag, `${source}:empty`, "--artifact-type=a/empty");
  await oras("manifest", "index", "create", flag, `${source}:all`, "v1", "empty");
  await oras("backup", flag, "--output=backup.tar", `${source}:all`);
  await oras("restore", flag, "--input=backup.tar", target);
  const [was, is] = [
    await oras("resolve", flag, `${source}:all`),
    await oras("resolve", flag, `${target}:all`),
  ];
  expect(is).toBe(was);
});
