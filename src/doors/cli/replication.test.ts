/** The commands as they are typed, on a server that listens. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type CommandServer, openCommandServer } from "../../../test/support/command-server.ts";
import { putReplicationConfiguration } from "../../operations/ecr/put-replication-configuration.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
});
afterAll(() => server.close());

it("entrepot replication tells how far copies are, and puts what goes along with them", async () => {
  const run = (...words: string[]) => server.run(["replication", ...words]);
  expect((await run("status")).out).toBe("Nothing is copied anywhere.\n");
  expect((await run("options")).out).toBe("There are no options: copies are made as in ECR.\n");
  const destination = { region: "us-east-1", registryId: "111111111111" };
  const replicationConfiguration = { rules: [{ destinations: [destination] }] };
  await server.registry().ask(putReplicationConfiguration, { replicationConfiguration });
  const { out } = await run("status");
  expect(out).toMatch(/^DESTINATION +RULE +IMAGES WAITING +DELETIONS WAITING +FAILED +LAG\n/);
  expect(out).toMatch(/111111111111 us-east-1 +yes +0 +0 +0 +0 s/);

  const directory = await mkdtemp(join(tmpdir(), "entrepot-options-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, "options.json");
  const wanted = { destination, repositoryPrefix: "prod", deletes: true, chain: false };
  const options = [{ ...wanted, settings: ["RESOURCE_TAGS"] }];
  await writeFile(file, JSON.stringify({ options }));
  expect((await run("options", file)).out).toMatch(
    /111111111111 us-east-1 +prod +yes +no +RESOURCE_TAGS/,
  );
  expect(await server.json(["replication", "options"])).toEqual({ options });
  await writeFile(file, "[]");
  const refused = await run("options", file);
  expect(refused.code).not.toBe(0);
  expect(refused.error).toContain("is no JSON object with a list of options");
  expect(await server.json(["replication", "options"])).toEqual({ options });
});
