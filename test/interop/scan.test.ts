/** An image with packages that have known vulnerabilities, as people push, scan and carry it about. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand } from "../support/cli.ts";
import { AwsCli } from "./aws-cli.ts";
import { type ContainerTools, openContainerTools } from "./container-tools.ts";
import { type DockerEngine, startDockerEngine } from "./docker-engine.ts";
import { requireProgram } from "./programs.ts";
import { type InteropRegistry, openRegistry } from "./registry.ts";
import { succeed } from "./run-program.ts";

const transport = "plain HTTP";
let registry: InteropRegistry;
let tools: ContainerTools;
let engine: DockerEngine;
let address: string;
let scanned: string;
/** What the registry found. */
let names: readonly string[];

beforeAll(async () => {
  registry = await openRegistry();
  tools = openContainerTools(registry);
  engine = await startDockerEngine(registry);
  address = registry.address(transport);
  scanned = await registry.createRepository("scan-pushed");
  const input = await registry.password();
  const login = ["login", ...tools.flags(transport), "--username=AWS", "--password-stdin"];
  await succeed(requireProgram("buildah"), [...login, address], { env: tools.env, input });
  const args = ["login", "-u", "AWS", "--password-stdin", address];
  await succeed(engine.client, args, { env: engine.env, input });
});
afterAll(async () => {
  await engine?.close();
  await tools?.close();
  await registry?.close();
});

const aws = (operation: string, ...args: string[]) =>
  new AwsCli(registry, transport).ask("ecr", operation, ...args);
const buildah = (...args: string[]) => succeed(requireProgram("buildah"), args, { env: tools.env });
const docker = (...args: string[]) => succeed(engine.client, args, { env: engine.env });
const inScratch = (name: string) => join(registry.scratch, name);
const imageArgs = (repository: string) => [
  ...["--repository-name", repository, "--image-id", "imageTag=v1"],
];

/** A Debian 12 whose libssl is one that fixes are known for. */
async function build(name: string): Promise<void> {
  const stanza = ["Package: openssl", "Status: install ok installed", "Architecture: amd64"];
  const status = [...stanza, "Version: 3.0.11-1~deb12u1", "Maintainer: Debian OpenSSL Team", ""];
  mkdirSync(inScratch("root/var/lib/dpkg"), { recursive: true });
  mkdirSync(inScratch("root/etc"), { recursive: true });
  writeFileSync(inScratch("root/var/lib/dpkg/status"), `${status.join("\n")}\n`);
  writeFileSync(inScratch("root/etc/os-release"), 'ID=debian\nVERSION_ID="12"\nNAME=Debian\n');
  const container = (await buildah("from", "scratch")).stdout.trim();
  await buildah("copy", container, inScratch("root"), "/");
  await buildah("commit", "--rm", container, name);
}

interface Found {
  readonly findings: readonly { readonly name: string; readonly severity: string }[];
  readonly findingSeverityCounts: Readonly<Record<string, number>>;
}

async function findingsOf(repository: string): Promise<Found> {
  // A push is told of a moment after it, and the waiter of the AWS CLI gives up where no scan is there yet.
  const isThere = () =>
    aws("describe-image-scan-findings", ...imageArgs(repository)).then(
      () => true,
      (error: unknown) => {
        if (String(error).includes("ScanNotFoundException")) return false;
        throw error;
      },
    );
  await expect.poll(isThere, { timeout: 60_000, interval: 500 }).toBe(true);
  await aws("wait", "image-scan-complete", ...imageArgs(repository));
  const answer = await aws("describe-image-scan-findings", ...imageArgs(repository));
  expect(answer.imageScanStatus.status).toBe("COMPLETE");
  return answer.imageScanFindings as Found;
}

/** The vulnerabilities that `entrepot scan` tells. */
async function scan(image: string, ...words: string[]): Promise<readonly string[]> {
  const { accessKeyId, dataDirectory, origin, secretAccessKey } = registry.server;
  const asked = ["scan", image, "--format", "json", "--endpoint", origin, ...words];
  // On a fleet's stores the environment may hold the key of the bucket, which would be taken.
  const key = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const { code, out, error } = await runCommand(asked, { ENTREPOT_DATA: dataDirectory, ...key });
  expect(code, error + out).toBe(0);
  const { findings } = JSON.parse(out) as { findings: { vulnerabilityId: string }[] };
  return findings.map(({ vulnerabilityId }) => vulnerabilityId);
}

it("an image that buildah pushes is scanned, and the AWS CLI waits for what was found", async () => {
  const filters = [{ filter: "interop/scan-pushed*", filterType: "WILDCARD" }];
  const rules = [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: filters }];
  const put = ["put-registry-scanning-configuration", "--scan-type", "BASIC"];
  await aws(put[0]!, ...put.slice(1), "--rules", JSON.stringify(rules));
  const name = `${address}/${scanned}:v1`;
  await build(name);
  await buildah("push", ...tools.flags(transport), name);
  const { findings, findingSeverityCounts } = await findingsOf(scanned);
  names = findings.map((finding) => finding.name).toSorted();
  expect(names).toContain("CVE-2024-5535");
  const counted = Object.values(findingSeverityCounts).reduce((sum, each) => sum + each, 0);
  expect(counted).toBe(findings.length);
});

it("one that nobody asked to scan is scanned when the AWS CLI asks, with the same findings", async () => {
  const repository = await registry.createRepository("scan-asked");
  const source = `docker://${address}/${scanned}:v1`;
  const flags = [...tools.flags(transport, "src-"), ...tools.flags(transport, "dest-")];
  const target = `docker://${address}/${repository}:v1`;
  await succeed(requireProgram("skopeo"), ["copy", ...flags, source, target], { env: tools.env });
  await aws("start-image-scan", ...imageArgs(repository));
  const { findings } = await findingsOf(repository);
  expect(findings.map((finding) => finding.name).toSorted()).toEqual(names);
});

it("entrepot scan finds the same in the registry, in what docker saves and what skopeo copies", async () => {
  const name = `${address}/${scanned}:v1`;
  await docker("pull", name);
  await docker("save", "-o", inScratch("saved.tar"), name);
  const from = [...tools.flags(transport, "src-"), `docker://${name}`];
  for (const to of [`oci:${inScratch("layout")}:v1`, `docker-archive:${inScratch("skopeo.tar")}`]) {
    await succeed(requireProgram("skopeo"), ["copy", ...from, to], { env: tools.env });
  }
  const places = [name, inScratch("saved.tar"), inScratch("layout"), inScratch("skopeo.tar")];
  const found = await Promise.all(places.map((place) => scan(place)));
  expect(found.map((each) => each.toSorted())).toEqual(places.map(() => names));
});
