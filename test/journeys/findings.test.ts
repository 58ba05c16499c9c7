/** Acceptance stories 7 and 10: what was found in an image, and what differs between two. */
import { readFileSync } from "node:fs";
import {
  DescribeImageScanFindingsCommand,
  PutRegistryScanningConfigurationCommand,
} from "@aws-sdk/client-ecr";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { file, layerArchive } from "../support/layer-archive.ts";
import { sarifLog } from "../support/sarif-schema.ts";
import { npmLayer } from "../support/scanned-images.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { zip } from "../support/zip.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { createRepository, ecrOf, pushImage } from "./content.ts";

const name = "team/pay";
let server: RunningServer;
let browser: Browser;
let shown: Visit;
const digests: string[] = [];

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  shown = await visit(browser, { origin: server.origin });
  await ecrOf(server).send(
    new PutRegistryScanningConfigurationCommand({
      scanType: "ENHANCED",
      rules: [
        {
          scanFrequency: "SCAN_ON_PUSH",
          repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }],
        },
      ],
    }),
  );
  await createRepository(server, name);
  const base = npmLayer("is-odd@3.0.1");
  const older = [base, jarLayer("2.14.1"), npmLayer("lodash@4.17.20", "left-pad@1.3.0")];
  const newer = [base, npmLayer("lodash@4.17.21", "minimist@1.2.5")];
  digests.push(await pushImage(server, name, "1.0", { layers: older }));
  digests.push(await pushImage(server, name, "1.1", { layers: newer }));
  for (const digest of digests) await vi.waitUntil(() => isScanned(digest), pollMs);
  await shown.go("/");
  await signIn(shown, server);
  await shown.heading("Overview");
}, 120_000);
afterEach(() => expect(shown.problems).toEqual([]));
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const pollMs = { timeout: 60_000, interval: 500 };

/** A jar that says which it is. */
function jarLayer(version: string): Uint8Array {
  const content = `groupId=org.apache.logging.log4j\nartifactId=log4j-core\nversion=${version}\n`;
  const path = "META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties";
  return layerArchive([file("app/log4j-core.jar", zip([{ name: path, content }]))]);
}

async function isScanned(imageDigest: string): Promise<boolean> {
  const asked = { repositoryName: name, imageId: { imageDigest } };
  const answer = await ecrOf(server)
    .send(new DescribeImageScanFindingsCommand(asked))
    .catch(() => undefined);
  return ["ACTIVE", "COMPLETE"].includes(answer?.imageScanStatus?.status ?? "");
}

it("an image that nobody can look into says so, and why, in the list and on its page", async () => {
  await createRepository(server, "team/odd");
  const system = file(
    "etc/os-release",
    'ID=centos\nVERSION_ID="7"\nPRETTY_NAME="CentOS Linux 7"\n',
  );
  const digest = await pushImage(server, "team/odd", "7", { layers: [layerArchive([system])] });
  const { page, go, heading } = shown;
  const imageId = { imageDigest: digest };
  const asked = new DescribeImageScanFindingsCommand({ repositoryName: "team/odd", imageId });
  await vi.waitUntil(async () => {
    const told = await ecrOf(server)
      .send(asked)
      .catch(() => undefined);
    return told?.imageScanStatus?.status === "UNSUPPORTED_IMAGE";
  }, pollMs);
  await go("/r/team/odd/-/images");
  await heading("team/odd");
  const rows = () => page.getByRole("row").allTextContents();
  await vi.waitUntil(
    async () => (await rows()).some((row) => row.includes("Cannot be scanned")),
    pollMs,
  );
  await go(`/r/team/odd/-/i/${digest}?tab=findings`);
  await heading("team/odd:7");
  await page.getByText("Cannot be scanned").waitFor();
  await page.getByText(/operating system and\/or package manager are not supported/).waitFor();
  expect(await page.getByText("Nobody has looked for vulnerabilities").count()).toBe(0);
});

it("a reviewer's advice is told with its reason and what to do: here that there is a newer base", async () => {
  await createRepository(server, "base/js");
  await pushImage(server, "base/js", "1", { layers: [npmLayer("is-odd@3.0.1")] });
  const newer = await pushImage(server, "base/js", "1", { layers: [npmLayer("is-odd@3.0.2")] });
  const { page, go, heading } = shown;
  await go(`/r/${name}/-/i/${digests[0]}`);
  await heading(`${name}:1.0`);
  const advice = page.getByRole("button", { name: /There is a newer `.*\/base\/js:1`/ });
  await advice.click();
  await page.getByText(`the tag leads to ${newer} now`).waitFor();
  await page.getByText(`/base/js:1@${newer}`).waitFor();
  await expectAccessible(shown);
});

it("what is exploited and can be mended comes first, and what is narrowed is what is exported", async () => {
  const { page, go, heading } = shown;
  await go(`/r/${name}/-/i/${digests[0]}?tab=findings`);
  await heading(`${name}:1.0`);
  const rows = page.getByRole("grid", { name: "Findings" }).getByRole("row");
  await expect.poll(() => rows.count()).toBeGreaterThan(2);
  const first = await rows.nth(1).textContent();
  expect(first).toContain("CVE-2021-44228");
  expect(first).toContain("known exploited");
  expect(first).toMatch(/2\.\d+\.\d+.*2\.1[5-7]/);
  const all = await rows.count();
  await page.getByRole("button", { name: /^Critical \d/ }).click();
  await page.getByLabel("Fixable only").click();
  await expect.poll(() => rows.count()).toBeLessThan(all);
  await expect
    .poll(async () => (await rows.allTextContents()).slice(1).every(isCritical))
    .toBe(true);
  const narrowed = (await rows.count()) - 1;
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "CSV" }).click(),
  ]);
  const lines = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\n");
  expect(lines).toHaveLength(narrowed + 1);
  expect(lines.slice(1).every(isCritical)).toBe(true);
  const [log] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "SARIF" }).click(),
  ]);
  expect(log.suggestedFilename()).toBe("findings.sarif");
  const { runs } = sarifLog.parse(JSON.parse(readFileSync(await log.path(), "utf8")));
  expect(runs[0]?.results).toHaveLength(narrowed);
  await rows.nth(1).getByRole("radio").check();
  await page.getByRole("button", { name: "Ignore" }).click();
  const dialog = page.getByRole("dialog", { name: "Ignore finding" });
  await dialog.getByRole("textbox", { name: "Reason" }).fill("Not reachable");
  await dialog.getByRole("textbox", { name: "Owner" }).fill("ann");
  await dialog.getByRole("button", { name: "Ignore" }).click();
  await page.getByRole("link", { name: "1 ignored" }).waitFor();
});

function isCritical(text: string): boolean {
  return text.includes("CRITICAL");
}

it("two images are compared, and the address shows the same again", async () => {
  const { page, go, heading } = shown;
  await go(`/r/${name}/-/images`);
  await heading(name);
  for (const tag of ["1.0", "1.1"]) await page.getByRole("checkbox", { name: tag }).check();
  await page.getByRole("button", { name: "Compare" }).click();
  await heading("Compare");
  const check = async () => {
    const packages = page.getByRole("table", { name: "Packages" });
    await packages.getByRole("row", { name: /lodash.*up.*4\.17\.20.*4\.17\.21/ }).waitFor();
    await packages.getByRole("row", { name: /left-pad.*gone/ }).waitFor();
    await packages.getByRole("row", { name: /minimist.*added/ }).waitFor();
    const findings = page.getByRole("table", { name: "Vulnerabilities" });
    await findings.getByRole("row", { name: /CVE-2021-44228.*fixed/ }).waitFor();
    await findings
      .getByRole("row", { name: /new.*minimist/ })
      .first()
      .waitFor();
    const layers = page.getByRole("table", { name: "Layers" });
    await layers.getByRole("row", { name: /^Shared 1 / }).waitFor();
    await layers.getByRole("row", { name: /^Only A 2 / }).waitFor();
  };
  await check();
  await expectAccessible(shown);
  await page.reload();
  await heading("Compare");
  await check();
});

it("the packages of an image stand with their files, and so do the files of a layer", async () => {
  const { page, go, heading } = shown;
  await go(`/r/${name}/-/i/${digests[0]}?tab=packages`);
  await heading(`${name}:1.0`);
  const packages = page.getByRole("grid", { name: "Packages" });
  await packages.getByRole("row", { name: /log4j-core.*app\/log4j-core\.jar/ }).waitFor();
  await page.getByPlaceholder("Find packages").fill("left");
  await expect.poll(() => packages.getByRole("row").count()).toBe(2);
  await expectAccessible(shown);
  await page.getByRole("tab", { name: "Layers" }).click();
  await page.getByRole("button", { name: "Files of layer 3" }).click();
  const files = page.getByRole("grid", { name: "Files" });
  for (const directory of ["app/", "node_modules/", "lodash/"]) {
    await files.getByRole("button", { name: directory }).click();
  }
  await files.getByRole("row", { name: /package\.json added/ }).waitFor();
  await expectAccessible(shown);
});

it("Control and K lead to a repository, a tag and a vulnerability", async () => {
  const { page, go, heading } = shown;
  await go("/");
  await heading("Overview");
  const goTo = async (text: string, hit: string) => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Go to" }).fill(text);
    await page.getByRole("option", { name: hit }).first().waitFor();
    await page.keyboard.press("Enter");
  };
  await goTo("audit", "Audit trail");
  await heading("Audit trail");
  await goTo("1.1", `${name}:1.1`);
  await heading(`${name}:1.1`);
  await goTo("CVE-2021-44228", "CVE-2021-44228");
  await page.getByRole("grid", { name: "Findings" }).waitFor();
  await goTo("minimist", "Findings in minimist");
  await heading("Security");
  await page
    .getByRole("row", { name: /minimist/ })
    .first()
    .waitFor();
  expect(new URL(page.url()).searchParams.get("package")).toBe("minimist");
});
