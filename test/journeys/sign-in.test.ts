/** Acceptance story 1, and what a session of the console is. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { expectAccessible, openBrowser, signIn, type Visit, visit } from "./browser.ts";

let server: RunningServer;
let browser: Browser;
let visits: Visit[] = [];

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
});
afterEach(async () => {
  for (const each of visits) await each.close();
  visits = [];
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(): Promise<Visit> {
  const opened = await visit(browser, { origin: server.origin });
  visits.push(opened);
  return opened;
}

it("an engineer signs in with an access key, and stays so over a reload", async () => {
  const { page, problems, go, heading } = await open();
  await go("/");
  await heading("Sign in");
  await expectAccessible({ page });
  await signIn({ page }, server);
  await heading("Overview");
  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
  expect(kept).not.toContain(server.secretAccessKey);
  expect(kept).not.toMatch(/ASIA|secret|token/i);
  const cookies = await page.context().cookies();
  expect(cookies.find(({ name }) => name === "entrepot-console")).toMatchObject({
    ...{ httpOnly: true, sameSite: "Strict", path: "/console/session" },
  });
  await page.reload();
  await heading("Overview");
  expect(problems).toEqual([]);
});

it("after signing out, going back shows the sign-in page", async () => {
  const { page, go, heading } = await open();
  await go("/repositories");
  await heading("Sign in");
  await signIn({ page }, server);
  await heading("Repositories");
  await page.getByRole("button", { name: "Create repository" }).first().click();
  await heading("Create repository");
  await page.getByRole("button", { name: /Account|\d{12}/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await heading("Sign in");
  await page.goBack();
  await heading("Sign in");
  await page.reload();
  await heading("Sign in");
});

it("a wrong secret and a wrong key are refused in the same words", async () => {
  const { page, go, heading } = await open();
  await go("/");
  await heading("Sign in");
  const said: string[] = [];
  const wrong = [
    { accessKeyId: server.accessKeyId, secretAccessKey: "x".repeat(40) },
    { accessKeyId: "AKIAABCDEFGHIJKLMNOP", secretAccessKey: server.secretAccessKey },
  ];
  for (const key of wrong) {
    await signIn({ page }, key);
    const alert = page.getByText("Sign-in failed: what was entered is not right.");
    await alert.waitFor();
    said.push((await alert.textContent()) ?? "");
  }
  expect(new Set(said).size).toBe(1);
  await expectAccessible({ page });
});
