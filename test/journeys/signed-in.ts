import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { openBrowser, signIn, type Visit, visit } from "./browser.ts";

/**
 * For the tests of a file: a server, and a page on which its root is signed in. After each test nothing
 * may have gone wrong on the page that the test did not expect.
 */
export function signedIn(
  opened: (server: RunningServer, shown: Visit) => Promise<void> | void,
): void {
  let server: RunningServer | undefined;
  let browser: Browser | undefined;
  let shown: Visit | undefined;
  beforeAll(async () => {
    server = await startServer();
    browser = await openBrowser();
    shown = await visit(browser, { origin: server.origin });
    await shown.go("/");
    await signIn(shown, server);
    await shown.heading("Overview");
    await opened(server, shown);
  });
  afterEach(() => expect(shown?.problems).toEqual([]));
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
}
