/** The console in a headless browser that tells of everything a page must not do. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { expect } from "vitest";
import type { RunningServer } from "../support/server.ts";

const program = "/usr/bin/chromium";
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const waitMs = 20_000;
/** The server by a name that is not this machine's own: no browser takes its pages for safe ones. */
export const lanHost = "registry.lan";

export function openBrowser(): Promise<Browser> {
  const hosts = `--host-resolver-rules=MAP ${lanHost} 127.0.0.1`;
  return chromium.launch({ executablePath: program, args: ["--no-sandbox", hosts] });
}

/** Goes on by the Tab key until something has the focus. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let pressed = 0; pressed < 80; pressed += 1) {
    const isThere = await wanted.evaluate((element) =>
      element.contains(element.ownerDocument.activeElement),
    );
    if (isThere) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key does not lead to ${wanted}`);
}

/** How ECR says that something was never set. */
const notThere = [
  "LifecyclePolicyNotFoundException",
  "RegistryPolicyNotFoundException",
  "RepositoryPolicyNotFoundException",
  "ScanNotFoundException",
  "SigningConfigurationNotFoundException",
];

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page did that it must not: errors on its console, breaches of its policy, other origins. */
  readonly problems: string[];
  /** Codes of refusals that belong to what is shown; any other one is a problem. */
  readonly expected: Set<string>;
  /** Goes to a place under `/console`. */
  go(path: string): Promise<void>;
  /** The one heading of the page, once it is there. */
  heading(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface VisitOptions {
  readonly origin: string;
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
  /** Another server that people are sent to, under a certificate that nobody vouches for. */
  readonly elsewhere?: string;
}

export async function visit(browser: Browser, options: VisitOptions): Promise<Visit> {
  const { origin, width = 1280, colorScheme = "light", elsewhere } = options;
  const context = await browser.newContext({
    ...{ viewport: { width, height: 800 }, colorScheme },
    ignoreHTTPSErrors: elsewhere !== undefined,
    reducedMotion: "reduce", // Colours of something that fades in are not those that people read.
  });
  context.setDefaultTimeout(waitMs);
  const page = await context.newPage();
  const problems: string[] = [];
  const expected = new Set(notThere);
  page.on("console", (message) => {
    const isRefusal = /status of 4\d\d/.test(message.text()); // Told below, by its code.
    if (message.type() === "error" && !isRefusal) problems.push(message.text());
  });
  page.on("response", (response) => {
    if (response.status() < 400) return;
    const code = response.headers()["x-amzn-errortype"] ?? String(response.status());
    if (!expected.has(code)) problems.push(`${code} of ${response.url()}`);
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (/^(data|blob):/.test(url) || new URL(url).origin === origin) return;
    if (request.isNavigationRequest() && new URL(url).origin === elsewhere) return;
    problems.push(`asked ${url}`);
  });
  return {
    ...{ context, page, problems, expected },
    go: async (path) => void (await page.goto(`${origin}/console${path}`)),
    heading: (name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor(),
    close: () => context.close(),
  };
}

/** Signs in by an access key, from the page that asks for it. */
export async function signIn(
  { page }: Pick<Visit, "page">,
  { accessKeyId, secretAccessKey }: Pick<RunningServer, "accessKeyId" | "secretAccessKey">,
): Promise<void> {
  await page.getByLabel("Access key ID").fill(accessKeyId);
  await page.getByLabel("Secret access key").fill(secretAccessKey);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Nothing that keeps people out, by the rules of WCAG 2.1 AA. */
export async function expectAccessible({ page }: Pick<Visit, "page">): Promise<void> {
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
    const { violations } = await (
      globalThis as unknown as {
        axe: {
          run(options: object): Promise<{
            violations: {
              id: string;
              impact: string;
              nodes: { html: string; failureSummary: string }[];
            }[];
          }>;
        };
      }
    ).axe.run({ runOnly: { type: "tag", values: tags } });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
  });
  expect(found).toEqual([]);
}
