/** Replication: rules with what they match, the map, a backfill, and what it copied. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { ask, createRepository, pushImage } from "./content.ts";

let server: RunningServer;
let browser: Browser;
let shown: Visit;
const destination = "eu-west-1/000000000000";

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
  await createRepository(server, "team/pay");
  await pushImage(server, "team/pay", "1.0");
  shown = await visit(browser, { origin: server.origin });
  await shown.go("/");
  await signIn(shown, server);
  await shown.heading("Overview");
});
afterEach(() => expect(shown.problems).toEqual([]));
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it("a rule says what it matches before it is saved, and its destination is on the map", async () => {
  const { page, go, heading } = shown;
  await go("/replication");
  await heading("Replication");
  await page.getByText("Images are copied nowhere").waitFor();
  await page.getByRole("button", { name: "Edit rules" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Region" }).fill("eu-west-1");
  await dialog.getByLabel("Names that begin with").fill("other");
  await dialog.getByText("matches nothing").waitFor();
  await dialog.getByLabel("Names that begin with").fill("team");
  await dialog.getByText("1 repository now: team/pay").waitFor();
  await expectAccessible(shown);
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("The rules were saved.").first().waitFor();
  await page.getByRole("button", { name: `${destination} Up to date` }).waitFor();
  await expectAccessible(shown);
  const told = await ask<{ replicationConfiguration: { rules: object[] } }>(
    ...([server, "ecr:DescribeRegistry", {}] as const),
  );
  expect(told.replicationConfiguration.rules).toEqual([
    {
      destinations: [{ region: "eu-west-1", registryId: "000000000000" }],
      repositoryFilters: [{ filter: "team", filterType: "PREFIX_MATCH" }],
    },
  ]);
});

it("by the keyboard a destination is chosen, and a backfill copies what was there before", async () => {
  const { page, go, heading } = shown;
  await go("/replication");
  await heading("Replication");
  await page.getByRole("button", { name: `${destination} Up to date` }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: `Destination ${destination}` }).waitFor();
  expect(new URL(page.url()).searchParams.get("destination")).toBe(destination);
  await page.getByText("team*").last().waitFor();
  await page.getByRole("button", { name: "Start backfill" }).click();
  await page.getByText(`A backfill to ${destination} was started.`).first().waitFor();
  const row = page
    .getByRole("table", { name: "Backfills" })
    .getByRole("row", { name: /eu-west-1.*1 of 1/ });
  await row.getByText("complete").waitFor();
  await page.getByRole("button", { name: `Failures ${destination}` }).click();
  await page.getByText("Everything was copied").waitFor();
  await expectAccessible(shown);
});

it("what goes along with copies is edited by destination, and is what the API has", async () => {
  const { page, go, heading } = shown;
  const other = {
    destination: { region: "us-west-2", registryId: "000000000000" },
    ...{ deletes: true, chain: false, settings: [] },
  };
  await ask(server, "entrepot:PutReplicationOptions", { options: [other] });
  await go(`/replication?destination=${encodeURIComponent(destination)}`);
  await heading("Replication");
  await page.getByText("Images and their tags alone").waitFor();
  await page.getByRole("button", { name: "Edit options" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Names that begin with").fill("team");
  await dialog.getByLabel("Platforms").fill("linux/amd64  linux/arm64");
  await dialog.getByLabel("Deletions go along").check();
  await dialog.getByLabel("Lifecycle policy").check();
  await expectAccessible(shown);
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("The options were saved.").first().waitFor();
  const table = page.getByRole("table", { name: "What goes along" });
  await table.getByRole("row", { name: /team\*.*linux\/amd64, linux\/arm64.*yes/ }).waitFor();
  const { options } = await ask<{ options: object[] }>(
    server,
    "entrepot:GetReplicationOptions",
    {},
  );
  expect(options).toEqual([
    other,
    {
      destination: { region: "eu-west-1", registryId: "000000000000" },
      ...{ repositoryPrefix: "team", platforms: ["linux/amd64", "linux/arm64"] },
      ...{ deletes: true, chain: false, settings: ["LIFECYCLE_POLICY"] },
    },
  ]);
  await page.getByRole("button", { name: "Edit options" }).click();
  await dialog.getByRole("button", { name: "Remove option 1" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Images and their tags alone").waitFor();
});

it("options that somebody else changed meanwhile are told of, and not lost", async () => {
  const { page, go, heading, expected } = shown;
  const option = (region: string) => ({
    destination: { region, registryId: "000000000000" },
    ...{ deletes: true, chain: false, settings: [] },
  });
  await ask(server, "entrepot:PutReplicationOptions", { options: [option("us-west-2")] });
  await go(`/replication?destination=${encodeURIComponent(destination)}`);
  await heading("Replication");
  await page.getByRole("button", { name: "Edit options" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Names that begin with").fill("team");
  const others = [option("us-west-2"), option("ap-south-1")];
  await ask(server, "entrepot:PutReplicationOptions", { options: others });
  expected.add("ConcurrentModificationException");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("Somebody else has changed the options meanwhile").waitFor();
  const told = () =>
    ask<{ options: { destination: { region: string } }[] }>(
      ...([server, "entrepot:GetReplicationOptions", {}] as const),
    );
  expect((await told()).options).toEqual(others);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  const regions = (await told()).options.map((each) => each.destination.region);
  expect(regions).toEqual(["us-west-2", "ap-south-1", "eu-west-1"]);
});

it("a rule that matches no repository now is marked", async () => {
  const { page, go, heading } = shown;
  const rules = [
    {
      destinations: [{ region: "eu-central-1", registryId: "000000000000" }],
      repositoryFilters: [{ filter: "nobody", filterType: "PREFIX_MATCH" }],
    },
  ];
  const input = { replicationConfiguration: { rules } };
  await ask(server, "ecr:PutReplicationConfiguration", input);
  await go("/replication?destination=eu-central-1%2F000000000000");
  await heading("Replication");
  await page.getByText("matches nothing now").waitFor();
});
