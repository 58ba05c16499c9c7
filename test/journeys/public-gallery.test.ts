/** The public gallery, for everybody: found, narrowed, shown; and what publishers write stays text (case 70). */
import {
  CreateRepositoryCommand,
  DescribeRegistriesCommand,
  ECRPUBLICClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr-public";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { chartTypes } from "../../src/registry/public/charts.ts";
import { PublicClient, sha256 } from "../support/public-client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, type Visit, visit } from "./browser.ts";

let server: RunningServer;
let browser: Browser;
let shown: Visit;
let name: string;
/** A repository with a chart in it. */
let chart: string;

const hostile = [
  "# Pages <script>document.title = 'taken'</script>",
  "<img src=x onerror=\"document.title='taken'\">",
  "<svg onload=\"document.title='taken'\"></svg>",
  "",
  "[one](javascript:document.title='taken') [two](data:text/html,<script>1</script>)",
  "[three](https://example.com/docs) ![four](https://example.com/pixel.png)",
  "**bold** `code` ~~gone~~ and https://example.org.",
  "",
  "- [x] done",
  "- open",
  "  1. inside",
  "",
  "| a | b |",
  "| - | - |",
  "| 1 | *2* |",
  "",
  "```sh",
  "docker run <name>",
  "```",
].join("\n");

/** As long as one may be, and nested in each character. */
const deep = ">".repeat(10_000);

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  const { accessKeyId, secretAccessKey, origin, publicOrigin } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const ecr = new ECRPUBLICClient({ region: "us-east-1", endpoint: origin, credentials });
  const catalogData = {
    ...{ description: "Serves pages", aboutText: hostile, usageText: "Run it." },
    ...{ architectures: ["x86-64"], operatingSystems: ["Linux"] },
  };
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "team/app", catalogData }));
  await ecr.send(
    new CreateRepositoryCommand({ repositoryName: "team/deep", catalogData: { aboutText: deep } }),
  );
  const { registries } = await ecr.send(new DescribeRegistriesCommand({}));
  name = `${registries?.[0]?.aliases?.[0]?.name}/team/app`;
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const authorization = `Bearer ${authorizationData?.authorizationToken}`;
  const publisher = new PublicClient(publicOrigin, authorization);
  await publisher.pushImage(name, "latest", "one");
  await publisher.pushImage(name, "v2", "two");
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "team/chart" }));
  chart = name.replace(/app$/, "chart");
  await pushChart(publisher);
});
async function pushChart(publisher: PublicClient): Promise<void> {
  const config = JSON.stringify({ apiVersion: "v2", name: "chart", version: "1.0.0+one" });
  for (const text of [config, "archive"]) await publisher.pushBlob(chart, Buffer.from(text));
  const described = (mediaType: string, text: string) => ({
    ...{ mediaType, digest: sha256(text), size: Buffer.byteLength(text) },
  });
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const body = JSON.stringify({
    ...{ schemaVersion: 2, mediaType, config: described(chartTypes.config, config) },
    layers: [described(chartTypes.archive, "archive")],
  });
  const how = { "content-type": mediaType, body };
  expect((await publisher.ask("PUT", `/v2/${chart}/manifests/1.0.0_one`, how)).status).toBe(201);
}
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});
afterEach(async () => {
  expect(shown.problems).toEqual([]);
  await shown.close();
});

interface Opening {
  readonly colorScheme?: "light" | "dark";
  readonly width?: number;
  readonly expected?: readonly string[];
}

const open = async (path: string, { expected = [], ...how }: Opening = {}) => {
  shown = await visit(browser, { origin: server.publicOrigin, ...how });
  for (const code of expected) shown.expected.add(code);
  await shown.page.goto(`${server.publicOrigin}${path}`);
};

it.each([
  ["light", 1280],
  ["dark", 375],
] as const)("is searched and narrowed by the address, in %s at %i px", async (scheme, width) => {
  await open("/gallery", { colorScheme: scheme, width });
  const { page } = shown;
  await shown.heading("Public gallery");
  await page.getByRole("link", { name, exact: true }).waitFor();
  // On a phone results come first, and what narrows them is folded.
  if (width < 688) await page.getByText("Filters", { exact: true }).click();
  await page.getByLabel("Linux").click();
  await expect.poll(() => new URL(page.url()).searchParams.get("operatingSystem")).toBe("Linux");
  await page.getByRole("link", { name, exact: true }).waitFor();
  await expectAccessible(shown);
  await page.getByLabel("Find public images").fill("nothing-of-the-kind");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText("No match").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("link", { name, exact: true }).click();
  await shown.heading(name);
  const root = "document.documentElement";
  expect(await page.evaluate(`${root}.scrollWidth - ${root}.clientWidth`)).toBe(0);
});

it("shows what a publisher wrote as text: nothing of it runs, loads or leads astray", async () => {
  await open(`/gallery/${name}`, { colorScheme: "dark" });
  const { page } = shown;
  await shown.heading(name);
  const about = page.locator(".markdown").first();
  await about.getByText("<script>document.title = 'taken'</script>").waitFor();
  expect(await about.locator("script, img, svg, iframe, style").count()).toBe(0);
  const links = await about
    .getByRole("link")
    .evaluateAll((found) => found.map((link) => [link.textContent, link.getAttribute("href")]));
  expect(links).toEqual([
    ["three", "https://example.com/docs"],
    ["four", "https://example.com/pixel.png"],
    ["https://example.org", "https://example.org"],
  ]);
  await about.getByRole("cell", { name: "2" }).waitFor();
  await about.getByText("docker run <name>").waitFor();
  expect(await page.title()).toContain(name);
  await page
    .getByRole("cell", { name: /^sha256:/ })
    .first()
    .waitFor();
  await expectAccessible(shown);
});

it("shows a text that nests too deep as it was written", async () => {
  await open(`/gallery/${name.replace(/app$/, "deep")}`);
  await shown.page.locator(".markdown").getByText(deep).waitFor();
  await shown.page.getByRole("heading", { name: "Tags" }).waitFor();
});

it("shows a hundred tags, and more of them on demand", async () => {
  const { accessKeyId, secretAccessKey, origin } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const ecr = new ECRPUBLICClient({ region: "us-east-1", endpoint: origin, credentials });
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "team/many" }));
  const many = name.replace(/app$/, "many");
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const publisher = new PublicClient(
    ...([server.publicOrigin, `Bearer ${authorizationData?.authorizationToken}`] as const),
  );
  for (let n = 0; n < 100; n += 1) await publisher.pushImage(many, `v${n}`, "one");
  await publisher.pushImage(many, "xyz", "one");
  await open(`/gallery/${many}`);
  const { page } = shown;
  await page.getByRole("row").nth(100).waitFor();
  expect(await page.getByRole("row", { name: /^xyz/ }).count()).toBe(0);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("row", { name: /^xyz/ }).waitFor();
  expect(await page.getByRole("button", { name: "More" }).count()).toBe(0);
});

it("copies how to pull the tag that clients take", async () => {
  await open(`/gallery/${name}`);
  const { page } = shown;
  await shown.heading(name);
  await page.getByRole("button", { name: new RegExp(`docker pull .*${name}:latest`) }).click();
  await page.getByText("Copied").waitFor();
});

it("tells of a chart how Helm gets it, and of the index of its repository", async () => {
  await open(`/gallery/${chart}`);
  const { page } = shown;
  await page.getByText(`helm pull oci://`).waitFor();
  expect(await page.locator(".pull code").first().textContent()).toMatch(
    / --version 1\.0\.0\+one$/,
  );
  await page.getByText(`helm repo add chart ${server.publicOrigin}/charts/${chart}`).waitFor();
  await expectAccessible(shown);
  const index = page.getByRole("link", { name: "index.yaml" });
  const told = await new PublicClient(server.publicOrigin).ask(
    ...(["GET", new URL((await index.getAttribute("href")) ?? "").pathname] as const),
  );
  expect([told.status, told.text]).toEqual([200, expect.stringContaining("1.0.0+one")]);
});

it("is nowhere but at the public registry, under a policy of its own", async () => {
  await open("/gallery/no/such", { expected: ["404"] }); // That is how the page knows.
  await shown.heading("There is no such public repository.");
  const back = shown.page.getByRole("link", { name: "Search the gallery" });
  expect(await back.getAttribute("href")).toBe("/gallery");
  const answer = await fetch(`${server.publicOrigin}/gallery`);
  expect(answer.headers.get("content-security-policy")).toMatch(/^default-src 'self';/);
  expect(answer.headers.get("content-security-policy")).not.toMatch(/unsafe|https?:/);
  const [, script = ""] = /src="(\/gallery-assets\/[^"]+)"/.exec(await answer.text()) ?? [];
  const asset = await fetch(`${server.publicOrigin}${script}`);
  expect(asset.headers.get("cache-control")).toContain("immutable");
  expect((await fetch(`${server.publicOrigin}/gallery-assets/index.html`)).status).toBe(404);
  expect((await fetch(`${server.publicOrigin}/console/`)).status).toBe(404);
  expect((await fetch(`${server.origin}/gallery`)).status).toBe(404);
});
