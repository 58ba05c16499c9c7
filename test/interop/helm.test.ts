/** Charts of a public repository by Helm, which knows them as OCI artifacts and as a classic repository. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateRepositoryCommand,
  ECRPUBLICClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { afterAll, beforeAll, expect, it } from "vitest";
import { requireProgram } from "./programs.ts";
import { type InteropRegistry, makeScratch, openRegistry, region } from "./registry.ts";
import { succeed } from "./run-program.ts";

let registry: InteropRegistry;
let scratch: string;
let address: string;
let alias: string;

beforeAll(async () => {
  registry = await openRegistry();
  scratch = makeScratch();
  const { accessKeyId, secretAccessKey, origin, publicOrigin } = registry.server;
  address = new URL(publicOrigin).host.replace("127.0.0.1", "localhost");
  const credentials = { accessKeyId, secretAccessKey };
  const ecr = new ECRPUBLICClient({ region, endpoint: origin, credentials });
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName: "app" }));
  alias = repository?.repositoryUri?.split("/")[1] ?? "";
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const auths = { [address]: { auth: authorizationData?.authorizationToken } };
  writeFileSync(join(scratch, "logins.json"), JSON.stringify({ auths }));
  writeFileSync(join(scratch, "no-logins.json"), "{}");
});
afterAll(async () => {
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  await registry?.close();
});

async function helm(...args: string[]): Promise<string> {
  const env = { HOME: scratch, HELM_CONFIG_HOME: join(scratch, "config") };
  const directories = {
    HELM_CACHE_HOME: join(scratch, "cache"),
    HELM_DATA_HOME: join(scratch, "data"),
  };
  const options = { cwd: scratch, env: { ...env, ...directories } };
  return (await succeed(requireProgram("helm"), args, options)).stdout;
}

it("a chart that Helm pushes is found, and pulled byte by byte, in the repository's index.yaml", async () => {
  const chart = join(scratch, "app");
  mkdirSync(join(chart, "templates"), { recursive: true });
  writeFileSync(join(chart, "templates", "nothing.yaml"), "");
  const said = ["apiVersion: v2", "name: app", "description: 'Serves: pages'", "appVersion: '7'"];
  for (const version of ["1.0.0", "1.1.0+build.5"]) {
    const lines = [...said, `version: ${version}`, "maintainers: [{name: Ann}]", ""];
    writeFileSync(join(chart, "Chart.yaml"), lines.join("\n"));
    await helm("package", "app");
    const logins = ["--plain-http", "--registry-config", join(scratch, "logins.json")];
    await helm("push", ...logins, `app-${version}.tgz`, `oci://${address}/${alias}`);
  }
  const nobody = ["--registry-config", join(scratch, "no-logins.json")];
  await helm("repo", "add", "acme", `http://${address}/charts/${alias}/app`, ...nobody);
  const found = JSON.parse(await helm("search", "repo", "acme", "--versions", "--output", "json"));
  expect(found).toEqual([
    { name: "acme/app", version: "1.1.0+build.5", app_version: "7", description: "Serves: pages" },
    { name: "acme/app", version: "1.0.0", app_version: "7", description: "Serves: pages" },
  ]);
  mkdirSync(join(scratch, "pulled"));
  for (const version of ["1.0.0", "1.1.0+build.5"]) {
    await helm("pull", "acme/app", "--version", version, "--destination", "pulled", ...nobody);
    const name = `app-${version}.tgz`;
    const pulled = readFileSync(join(scratch, "pulled", name));
    expect(pulled.equals(readFileSync(join(scratch, name)))).toBe(true);
  }
  expect(await helm("show", "chart", "acme/app")).toContain("name: Ann");
  await helm(
    "pull",
    `oci://${address}/${alias}/app`,
    "--version",
    "1.0.0",
    "--plain-http",
    ...nobody,
  );
});
