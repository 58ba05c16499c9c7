/** Public images by real clients: pushed by their owner, pulled by whoever comes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateRepositoryCommand,
  ECRPUBLICClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ContainerTools, openContainerTools } from "./container-tools.ts";
import { buildImage, writeOciLayout } from "./image.ts";
import { requireProgram } from "./programs.ts";
import { type InteropRegistry, openRegistry } from "./registry.ts";
import { fail, succeed } from "./run-program.ts";

let registry: InteropRegistry;
let tools: ContainerTools;
let address: string;

beforeAll(async () => {
  registry = await openRegistry();
  tools = openContainerTools(registry);
  address = new URL(registry.server.publicOrigin).host.replace("127.0.0.1", "localhost");
});
afterAll(async () => {
  await tools?.close();
  await registry?.close();
});

async function aws(...args: string[]): Promise<string> {
  const { accessKeyId, secretAccessKey, origin } = registry.server;
  const env = {
    ...process.env,
    ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    ...{ AWS_DEFAULT_REGION: "us-east-1", AWS_PAGER: "" },
  };
  const all = ["ecr-public", ...args, "--endpoint-url", origin, "--output", "json"];
  return (await succeed(requireProgram("aws"), all, { env })).stdout;
}

function client(): ECRPUBLICClient {
  const { accessKeyId, secretAccessKey, origin } = registry.server;
  const credentials = { accessKeyId, secretAccessKey };
  return new ECRPUBLICClient({ region: "us-east-1", endpoint: origin, credentials });
}

it("are pushed by skopeo signed in, and pulled by it signed in and anonymously", async () => {
  const skopeo = requireProgram("skopeo");
  const ecr = client();
  const named = { repositoryName: "team/app" };
  const { repository } = await ecr.send(new CreateRepositoryCommand(named));
  const uri = repository?.repositoryUri ?? "";
  expect(uri).toMatch(new RegExp(`^${address}/[a-z0-9]{8}/team/app$`));
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const text = Buffer.from(authorizationData?.authorizationToken ?? "", "base64").toString();
  const layout = join(tools.directory, "public");
  const digest = writeOciLayout(layout, [buildImage()], "one");
  const remote = `docker://${uri}:one`;
  const push = ["copy", "--all", "--dest-tls-verify=false", `oci:${layout}:one`, remote];
  await fail(skopeo, push, { env: tools.env });
  const login = ["login", "--tls-verify=false", "--username=AWS", "--password-stdin", address];
  await succeed(skopeo, login, { env: tools.env, input: text.replace("AWS:", "") });
  await succeed(skopeo, push, { env: tools.env });
  const pulled = async (to: string) => {
    const target = join(tools.directory, to);
    const pull = ["copy", "--all", "--src-tls-verify=false", remote, `oci:${target}:one`];
    await succeed(skopeo, pull, { env: tools.env });
    const index = JSON.parse(readFileSync(join(target, "index.json"), "utf8"));
    return index.manifests[0].digest as string;
  };
  expect(await pulled("signed-in")).toBe(digest);
  await succeed(skopeo, ["logout", address], { env: tools.env });
  expect(await pulled("anonymous")).toBe(digest);
});

it("are made and described by the AWS CLI", async () => {
  const made = JSON.parse(await aws("create-repository", "--repository-name", "by/cli"));
  expect(made.repository.repositoryUri).toMatch(/by\/cli$/);
  const listed = JSON.parse(await aws("describe-repositories", "--repository-names", "by/cli"));
  expect(listed.repositories).toHaveLength(1);
  const token = JSON.parse(await aws("get-authorization-token"));
  expect(token.authorizationData.authorizationToken).toMatch(/^QVdTO/);
});
