/** The commands as they are typed, on a server that listens. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { ecKey, publicPem } from "../../../../test/support/signatures.ts";
import { createRepository } from "../../../operations/ecr/create-repository.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
});
afterAll(() => server.close());

const ran = async (...words: string[]) => {
  const { code, out, error } = await server.run(["signing", ...words]);
  expect(error).toBe("");
  expect(code).toBe(0);
  return out;
};
const failed = (...words: string[]) => server.run(["signing", ...words]);

it("signs an image, tells who signed it, and whom the registry trusts", async () => {
  const registry = server.registry();
  await registry.ask(createRepository, { repositoryName: "team/app" });
  const digest = await registry.pushImage("team/app", "one", { imageTag: "v1" });
  const unsigned = await failed("verify", "team/app:v1");
  expect([unsigned.code, unsigned.out]).toEqual([1, "It is not signed by a trusted signer.\n"]);
  expect(await ran("sign", "team/app:v1")).toContain(digest);
  const untrusted = await failed("verify", "team/app:v1");
  expect(untrusted.code).toBe(1);
  expect(untrusted.out).toMatch(/cosign bundle +It is by nobody who is trusted here +the image/);
  expect(await ran("signers")).toBe("Nobody is trusted: no signature counts.\n");
  expect(await ran("trust", "own", "--own", "cosign", "--repository", "team/*")).toMatch(
    /own +public key +team\/\* +-/,
  );
  expect(await ran("verify", `team/app@${digest}`)).toMatch(
    /^It is signed by a trusted signer.\n.*\nsha256:\w+ +cosign bundle +own/,
  );
  expect(await ran("verify", "team/app:v1", "--signer", "other", "--signer", "own")).toContain(
    "It is signed by other or own.",
  );
  expect((await failed("verify", "team/app:v1", "--signer", "other")).code).toBe(1);
  const told = JSON.parse(await ran("verify", "team/app:v1", "--json"));
  expect(told).toMatchObject({ verified: true, signatures: [{ signer: "own", trusted: true }] });
  expect(await ran("distrust", "own")).toBe("own is trusted no more.\n");
  expect((await failed("verify", "team/app:v1")).code).toBe(1);
});

it("takes keys from files, and what this registry certifies by", async () => {
  const file = join(server.directory, "key.pem");
  await writeFile(file, publicPem(ecKey()));
  expect(await ran("trust", "ci", file)).toMatch(/ci +public key +all/);
  const subject = ["--subject", "CN=release"];
  expect(await ran("trust", "release", "--own", "notation", ...subject)).toMatch(
    /release +certificate +all +CN=release/,
  );
  const authority = await ran("authority");
  expect(authority).toMatch(/^-----BEGIN CERTIFICATE-----[\s\S]+-----END PUBLIC KEY-----\n$/);
  expect(await ran("signers")).toMatch(/ci [\s\S]*release /);
  for (const words of [[], [file, "--own", "cosign"], ["--own", "what"]]) {
    expect((await failed("trust", "a", ...words)).code).toBe(2);
  }
  await writeFile(file, ecKey().export({ type: "pkcs8", format: "pem" }));
  const secret = await failed("trust", "a", file);
  expect(secret.error).toContain("neither a public key nor a certificate");
  expect(secret.error).not.toContain((await readFile(file, "utf8")).slice(40, 60));
});
