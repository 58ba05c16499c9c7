/** Signing in by an identity provider: set up by an administrator, used by people in its groups. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  clientId,
  clientSecret,
  type SignOnServer,
  startSignOn,
} from "../support/console-sign-on.ts";
import { expectAccessible, lanHost, openBrowser, signIn, type Visit, visit } from "./browser.ts";
import { createRepository } from "./content.ts";

const people = {
  ann: { sub: "u-1", email: "ann@example.com", email_verified: true, groups: ["devs"] },
  ben: { sub: "u-2", email: "ben@example.com", email_verified: true, groups: ["devs", "leads"] },
  eve: { sub: "u-3", groups: ["visitors"] },
};
interface Grantee {
  readonly roleArn: string;
}

let setup: SignOnServer;
let browser: Browser;
let visits: Visit[] = [];

beforeAll(async () => {
  setup = await startSignOn(people);
  browser = await openBrowser();
  await createRepository(setup.server, "team/pay");
});
afterEach(async () => {
  for (const each of visits) {
    expect(each.problems).toEqual([]);
    await each.close();
  }
  visits = [];
});
afterAll(async () => {
  await browser?.close();
  await setup?.stop();
});

async function open(origin = setup.server.origin): Promise<Visit> {
  const elsewhere = new URL(setup.provider.issuer.url).origin;
  const shown = await visit(browser, { origin, elsewhere });
  visits.push(shown);
  return shown;
}

/** From the sign-in page to whatever the provider sends them back to. */
async function continueAs({ page }: Visit, name: string): Promise<void> {
  await page.getByRole("button", { name: "Continue with Acme" }).click();
  await page.getByRole("heading", { name: "Who are you?" }).waitFor();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Go on" }).click();
}

it("an administrator sets it up, grants a role to a group, and simulates what it may do", async () => {
  const shown = await open();
  const { page, go, heading } = shown;
  await go("/access?tab=sign-on");
  await heading("Sign in");
  await signIn(shown, setup.server);
  await heading("Access");
  await page.getByRole("button", { name: "Set up sign-on" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Provider/ }).click();
  await page.getByRole("option", { name: setup.provider.issuer.provider }).click();
  await dialog.getByRole("button", { name: /^Client/ }).click();
  await page.getByRole("option", { name: clientId }).click();
  await dialog.getByLabel("Client secret").fill(clientSecret);
  await dialog.getByLabel("Text on the button").fill("Acme");
  expect(await dialog.getByLabel("Scopes").inputValue()).toBe("email profile");
  await dialog.getByLabel("Scopes").fill("email groups");
  await dialog.getByLabel("Claim with the name").fill("email");
  await expectAccessible(shown);
  expect(await dialog.textContent()).toContain(`${setup.server.origin}/console/sign-in/return`);
  await dialog.getByRole("button", { name: "Set up sign-on" }).click();
  await page.getByText("People can sign in with Acme.").waitFor();
  for (const [group, role, prefix] of [
    ["devs", "Developer", "team/"],
    ["leads", "Administrator", ""],
  ] as const) {
    await page.getByRole("button", { name: "Grant role" }).click();
    await dialog.getByLabel("Group", { exact: true }).fill(group);
    await dialog.getByRole("button", { name: /^Role/ }).click();
    await page.getByRole("option", { name: role }).click();
    await dialog.getByLabel("Repositories").fill(prefix);
    await dialog.getByRole("button", { name: "Grant role" }).click();
    await page.getByText(`${group} is ${role}.`).waitFor();
  }
  await page.getByRole("radio", { name: "devs Developer" }).check();
  await page.getByRole("button", { name: "Simulate" }).click();
  await page.getByRole("tab", { name: "Simulator", selected: true }).waitFor();
  expect(await page.getByLabel("Principal").inputValue()).toMatch(
    /role\/entrepot\/groups\/EntrepotGroup-devs-/,
  );
  expect(await page.content()).not.toContain(clientSecret);
});

it("somebody in a group is sent there and back, to the page that they wanted, and may do what it may", async () => {
  const shown = await open();
  const { page, go, heading } = shown;
  // A developer of some repositories is refused what tells of others, and the page says so.
  shown.expected.add("AccessDeniedException");
  await go("/r/team/pay/-/images");
  await heading("Sign in");
  await expectAccessible(shown);
  await continueAs(shown, "ann");
  await heading("team/pay");
  expect(new URL(page.url()).search).toBe("");
  await page.getByRole("button", { name: /Account/ }).click();
  await page
    .getByText(/assumed-role\/EntrepotGroup-devs-\w+\/ann@example.com/)
    .last()
    .waitFor();
  await page.keyboard.press("Escape");
  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
  expect(kept).not.toMatch(/ASIA|code|token|secret/i);
  for (const cookie of await page.context().cookies(setup.server.origin)) {
    expect(cookie.sameSite).toBe("Strict");
  }
  await page.reload();
  await heading("team/pay");
  await page.getByRole("button", { name: /Account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await heading("Sign in");
  await page.getByRole("button", { name: "Sign out of Acme" }).waitFor();
  await expectAccessible(shown);
  // The provider knows ann still, and asks all the same who comes now.
  await continueAs(shown, "ann");
  await heading("team/pay");
  // Nothing of the answer is in the history: what lies before it is the provider's page.
  await page.goBack();
  expect(page.url()).toContain(`${setup.provider.issuer.url}/authorize`);
  await page.goForward();
  await heading("team/pay");
  expect(page.url()).not.toMatch(/code=|state=/);
});

it("who has signed out here can sign out at the provider as well", async () => {
  const shown = await open();
  shown.expected.add("AccessDeniedException");
  const { page, go, heading } = shown;
  await go("/r/team/pay/-/images");
  await continueAs(shown, "ann");
  await heading("team/pay");
  await page.getByRole("button", { name: /Account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign out of Acme" }).click();
  await page.getByRole("heading", { level: 1, name: "You are signed out" }).waitFor();
  const [known] = (await page.context().cookies()).filter(({ name }) => /provider/.test(name));
  expect(known).toBeUndefined();
});

it("it works by plain HTTP at a name of the network", async () => {
  const origin = setup.server.origin.replace("127.0.0.1", lanHost);
  const { clients } = setup.provider;
  const known = clients.get(clientId)!;
  const redirectUris = [...known.redirectUris, `${origin}/console/sign-in/return`];
  clients.set(clientId, { ...known, redirectUris });
  const shown = await open(origin);
  shown.expected.add("AccessDeniedException");
  await shown.go("/r/team/pay/-/images");
  await continueAs(shown, "ann");
  await shown.heading("team/pay");
  expect(shown.page.url()).toBe(`${origin}/console/r/team/pay/-/images`);
});

it("a session that ended goes on in place, once somebody has signed in again in another tab", async () => {
  const shown = await open();
  for (const code of ["AccessDeniedException", "UnrecognizedClientException", "400", "403"]) {
    shown.expected.add(code);
  }
  const { page } = shown;
  await shown.go("/r/team/pay/-/images");
  await continueAs(shown, "ann");
  await shown.heading("team/pay");
  const { roles } = await setup.call<{ roles: { role: string; principals: Grantee[] }[] }>(
    ...(["entrepot:ListRoleGrants", {}] as const),
  );
  const [devs] = roles.find(({ role }) => role === "Developer")?.principals ?? [];
  await setup.call("entrepot:RevokeSessions", { principalArn: devs?.roleArn });
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  // What the page asks next is refused, within some seconds of the revocation.
  await expect
    .poll(async () => {
      await page
        .getByRole("tab", { name: "History" })
        .click({ timeout: 1000 })
        .catch(() => {});
      await page
        .getByRole("tab", { name: "Settings" })
        .click({ timeout: 1000 })
        .catch(() => {});
      return dialog.isVisible();
    })
    .toBe(true);
  const opening = page.context().waitForEvent("page");
  await dialog.getByRole("button", { name: "Continue with Acme" }).click();
  const tab = await opening;
  // The provider knows ann still, who has not signed out.
  await tab.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await dialog.waitFor({ state: "hidden" });
  await shown.heading("team/pay");
});

it("somebody in several groups chooses a role", async () => {
  const shown = await open();
  const { page, go, heading } = shown;
  await go("/");
  await continueAs(shown, "ben");
  await page.getByRole("radio", { name: /Group leads of/ }).check();
  await expectAccessible(shown);
  await page.getByRole("button", { name: "Sign in" }).click();
  await heading("Overview");
  await page.getByRole("button", { name: /Account/ }).click();
  await page
    .getByText(/EntrepotGroup-leads-/)
    .last()
    .waitFor();
});

it("somebody without a role, and somebody whom the provider refuses, are told why", async () => {
  const shown = await open();
  const { page, go, heading } = shown;
  shown.expected.add("400");
  await go("/repositories");
  await continueAs(shown, "eve");
  await page
    .getByText("none of your groups has a role in account 000000000000: visitors")
    .waitFor();
  await heading("Sign in");
  await expectAccessible(shown);
  await page.getByRole("button", { name: "Back to sign-in" }).click();
  const again = await open();
  again.expected.add("400");
  await again.go("/");
  await continueAs(again, "nobody");
  await again.page.getByText("The identity provider refused: access_denied.").waitFor();
  // An answer that this browser did not ask for signs nobody in.
  await again.go("/sign-in/return?code=x&state=y");
  await again.page.getByText("it was not begun in this browser").waitFor();
});
