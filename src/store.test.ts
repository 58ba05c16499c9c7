import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LocalServer } from "../test/support/local-server.ts";
import { SystemClock } from "./adapters/clock/system.ts";
import { loadConfig } from "./config.ts";
import { openStore } from "./store.ts";

let directory: string;
let server: LocalServer;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-store-"));
  server = await LocalServer.start();
});
afterEach(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

/** What a request to this machine comes to under a setting. */
async function outcome(allowed: string): Promise<string> {
  const environment = { ENTREPOT_DATA: directory, ENTREPOT_EGRESS_ALLOW: allowed };
  const store = await openStore(loadConfig({ directory, environment }), {
    clock: new SystemClock(),
    onFatal: (error) => {
      throw error;
    },
    warn: () => undefined,
  });
  try {
    const { body } = await store.ports.egress.request({ method: "GET", url: server.origin });
    return await text(body);
  } catch (error) {
    return (error as { kind?: string }).kind ?? String(error);
  } finally {
    await store.close();
  }
}

describe("requests to other hosts", () => {
  it("reach what is not public only where ENTREPOT_EGRESS_ALLOW lists it", async () => {
    expect(await outcome("")).toBe("Denied");
    expect(await outcome("10.0.0.0/8, fd00::/8")).toBe("Denied");
    expect(server.connections).toBe(0);
    expect(await outcome("10.0.0.0/8,127.0.0.1")).toBe("here");
    expect(await outcome("127.0.0.0/8")).toBe("here");
  });
});
