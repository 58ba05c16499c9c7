/** Repositories as a tree: sums of each namespace, and more of one page by page. */
import { expect, it } from "vitest";
import type { RunningServer } from "../support/server.ts";
import { expectAccessible, type Visit } from "./browser.ts";
import { createRepository, pushImage } from "./content.ts";
import { signedIn } from "./signed-in.ts";

let server: RunningServer;
let shown: Visit;

signedIn((started, page) => {
  [server, shown] = [started, page];
});

it("namespaces unfold to what is in them, and a large one page by page", async () => {
  for (const name of ["team/pay/api", "team/web", "tools"]) await createRepository(server, name);
  const many = Array.from({ length: 60 }, (_, at) => `many/r${String(at).padStart(2, "0")}`);
  await Promise.all(many.map((name) => createRepository(server, name)));
  await pushImage(server, "team/web", "v1");
  const { page, go, heading } = shown;
  await go("/repositories");
  await heading("Repositories");
  await page.getByRole("button", { name: "Namespaces" }).click();
  const row = (name: string) => page.getByRole("row").filter({ hasText: name });
  await row("team/").getByText("2", { exact: true }).waitFor(); // Repositories.
  await row("team/").getByText(/KiB/).waitFor();
  await expectAccessible(shown);
  await page.getByRole("button", { name: "Show what is in team/" }).click();
  await page.getByRole("link", { name: "team/web" }).waitFor();
  await page.getByRole("button", { name: "Show what is in team/pay/" }).click();
  await page.getByRole("link", { name: "team/pay/api" }).waitFor();
  await page.getByRole("button", { name: "Show what is in many/" }).click();
  await page.getByRole("link", { name: "many/r49" }).waitFor();
  expect(await page.getByRole("link", { name: "many/r50" }).count()).toBe(0);
  await page.getByRole("button", { name: "More of many/ (10 left)" }).click();
  await page.getByRole("link", { name: "many/r59" }).waitFor();
  await page.getByRole("columnheader", { name: "Repositories" }).getByRole("button").click();
  await page.getByRole("columnheader", { name: "Repositories" }).getByRole("button").click();
  await expect.poll(() => page.getByRole("row").nth(1).textContent()).toContain("many/");
  expect(page.url()).toContain("view=tree");
  await page.getByRole("link", { name: "tools" }).click();
  await heading("tools");
});
