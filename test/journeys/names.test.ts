/**
 * Names that others rely on: for each route the one heading of the first level, and the buttons and tabs below
 * it. Source: the console's specification, "Screens". A name that changes here breaks the checks of others.
 */
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect, it } from "vitest";
import type { RunningServer } from "../support/server.ts";
import type { Visit } from "./browser.ts";
import { ask, createRepository, pushImage } from "./content.ts";
import { signedIn } from "./signed-in.ts";

let server: RunningServer;
let shown: Visit;
/** What stands for itself in a route. */
const named: Record<string, string> = {};
const repository = "team/names";

signedIn(async (started, page) => {
  [server, shown] = [started, page];
  await createRepository(server, repository);
  named.OLD = await pushImage(server, repository, "v1", { seed: "old" });
  named.DIGEST = await pushImage(server, repository, "v1", { seed: "new" });
  const { accessKeyId, secretAccessKey, origin: endpoint } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const kms = new KMSClient({ region: "us-east-1", endpoint, credentials });
  named.KEY = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? "";
  const entry = { title: "Names", owner: "ada", purpose: "to be named" };
  await ask(server, "entrepot:PutGalleryEntry", { repositoryName: repository, ...entry });
});

interface Screen {
  readonly heading: string;
  readonly buttons?: readonly string[];
  readonly tabs?: readonly string[];
}

const repositoryTabs = ["Images", "Summary", "History", "Lifecycle", "Permissions", "Settings"];
const ofRepository = { heading: repository, tabs: repositoryTabs };
const push = "View push commands";
const imageTabs = ["Overview", "Layers", "Packages", "Findings", "Referrers", "Activity", "Raw"];
const pullTabs = ["docker", "podman", "nerdctl", "skopeo", "FROM", "URI"];

const screens: Readonly<Record<string, Screen>> = {
  "/": { heading: "Overview" },
  "/repositories": { heading: "Repositories", buttons: ["Create repository", push, "Delete"] },
  "/repositories/create": { heading: "Create repository", buttons: ["Create repository"] },
  "/r/team/names/-/images": {
    ...ofRepository,
    buttons: [push, "Delete", "Archive", "Restore", "Scan", "Compare", "Retag"],
  },
  "/r/team/names/-/summary": ofRepository,
  "/r/team/names/-/history": { ...ofRepository, buttons: ["Point back here"] },
  "/r/team/names/-/lifecycle": { ...ofRepository, buttons: ["Save"] },
  "/r/team/names/-/permissions": { ...ofRepository, buttons: ["Save"] },
  "/r/team/names/-/settings": {
    ...ofRepository,
    buttons: ["Save", "Copy to a new repository with other encryption"],
  },
  "/r/team/names/-/i/DIGEST": { heading: "team/names:v1", tabs: [...pullTabs, ...imageTabs] },
  "/compare?a=team/names:v1&b=team/names@OLD": { heading: "Compare" },
  "/security": { heading: "Security" },
  "/security/CVE-2021-44228": { heading: "CVE-2021-44228" },
  "/reviews": { heading: "Reviews" },
  "/gallery": { heading: "Private gallery" },
  "/gallery/team/names": { heading: "Names", buttons: ["Request approval"] },
  "/replication": { heading: "Replication", buttons: ["Edit rules"] },
  "/pull-through": { heading: "Pull through cache", buttons: ["Test connection"] },
  "/pull-through/create": { heading: "Pull through cache" },
  "/templates": { heading: "Creation templates" },
  "/keys": { heading: "Keys", buttons: ["Create key", "Disable"] },
  "/keys/KEY": { heading: "KEY", buttons: ["Schedule deletion"] },
  "/costs": { heading: "Costs" },
  "/audit": { heading: "Audit trail" },
  "/access": { heading: "Access" },
  "/settings": { heading: "Settings" },
};

const filled = (text: string) => text.replace(/[A-Z]{3,}$/, (word) => named[word] ?? word);

it.each(Object.entries(screens))("%s", async (route, { heading, buttons = [], tabs = [] }) => {
  const { page, go } = shown;
  await go(filled(route));
  await shown.heading(filled(heading));
  for (const name of buttons) {
    await page.getByRole("button", { name, exact: true }).first().waitFor();
  }
  for (const name of tabs) await page.getByRole("tab", { name, exact: true }).first().waitFor();
  // Of the first level there is one heading, as a reader of the screen hears it.
  const others = await page.locator('main h1:not([aria-level="2"])').allTextContents();
  expect(others).toEqual([filled(heading)]);
});

it("the side navigation leads to the places, under their headings", async () => {
  const { page, go, heading } = shown;
  await go("/");
  await heading("Overview");
  const entries = page.getByRole("navigation").getByRole("link");
  const texts = (await entries.allTextContents()).filter((text) => text !== "Entrepot");
  expect(texts).toEqual([
    "Overview",
    ...["Repositories", "Private gallery", "Reviews", "Security"],
    ...["Replication", "Pull through cache", "Templates"],
    ...["Access", "Keys", "Audit trail", "Costs"],
    "Settings",
  ]);
  for (const group of ["Images", "Distribution", "Governance"]) {
    await page.getByRole("navigation").getByText(group, { exact: true }).waitFor();
  }
});

it("the sign-in page has its heading, tabs and button", async () => {
  const { page, go, heading } = shown;
  await go("/");
  await heading("Overview");
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await heading("Sign in");
  expect(new URL(page.url()).pathname).toBe("/console/sign-in");
  for (const name of ["Access key", "Console user"]) {
    await page.getByRole("tab", { name, exact: true }).waitFor();
  }
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
});
