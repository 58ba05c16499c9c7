/** Records wait for a receiver from the first request on that a server with the setting answers. */
import { expect, it } from "vitest";
import { App } from "../support/app.ts";

it("has records wait for receivers before it answers, also where another process sends them", async () => {
  const app = await App.start({
    ...{ ENTREPOT_ROLE: "api", ENTREPOT_AUDIT_SYSLOG: "udp://127.0.0.1:514" },
  });
  const { status, body } = await app.send("GET", "/metrics");
  await app.stop();
  expect(status).toBe(200);
  expect(body.toString()).toMatch(/^entrepot_audit_forward_lag_seconds\{receiver="syslog"\} \d/m);
});
