/** What becomes of pulls that wait to be written when a real server ends. */
import { DescribeImagesCommand } from "@aws-sdk/client-ecr";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ecrClient } from "../interop/registry.ts";
import type { RunningServer } from "../support/server.ts";
import { someBytes } from "../support/store.ts";
import { pushImage, ServedStore } from "./served-store.ts";

let store: ServedStore;

beforeEach(async () => {
  store = await ServedStore.make();
});
afterEach(() => store.remove());

async function pulledAt(server: RunningServer): Promise<Date | undefined> {
  const ecr = ecrClient(server, "plain HTTP");
  const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName: "app" }));
  ecr.destroy();
  return imageDetails?.[0]?.lastRecordedPullTime;
}

it("a pull just before SIGTERM is recorded when the server is back", async () => {
  const { server, client } = await store.serve(["app"]);
  await pushImage(client, "app", "1.0", [someBytes(100)]);
  expect(await pulledAt(server)).toBeUndefined();
  const before = Date.now();
  expect((await client.get("/v2/app/manifests/1.0")).status).toBe(200);
  expect(await server.stop({ keepData: true })).toBe(0);
  const { server: next } = await store.serve();
  expect(Number(await pulledAt(next))).toBeGreaterThanOrEqual(before);
}, 60_000);

it("a pull of a server that is read-only is given and not recorded", async () => {
  const { server, client } = await store.serve(["app"]);
  await pushImage(client, "app", "1.0", [someBytes(100)]);
  await server.stop({ keepData: true });
  const { server: readOnly, client: again } = await store.serve([], { ENTREPOT_READ_ONLY: "true" });
  expect((await again.get("/v2/app/manifests/1.0")).status).toBe(200);
  expect(await readOnly.stop({ keepData: true })).toBe(0);
  expect(readOnly.output()).not.toContain('"level":"error"');
  const { server: last } = await store.serve();
  expect(await pulledAt(last)).toBeUndefined();
}, 60_000);
