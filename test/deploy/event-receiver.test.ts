/** The examples in deploy/events, with real deliveries. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { putEventDestination } from "../../src/operations/entrepot/put-event-destination.ts";
import { putRule } from "../../src/operations/events/put-rule.ts";
import { putTargets } from "../../src/operations/events/put-targets.ts";
import { updateApiDestination } from "../../src/operations/events/update-api-destination.ts";
import { openTestBus } from "../support/event-bus.ts";
import { EventReceiver } from "../support/event-receiver.ts";

const directory = fileURLToPath(new URL("../../deploy/events/", import.meta.url));
const json = (file: string, arn = "") =>
  JSON.parse(
    readFileSync(join(directory, file), "utf8").replaceAll("API_DESTINATION_ARN", arn),
  ) as object[];

const digest = `sha256:${"a".repeat(64)}`;
const pushed = (tag: string, repository = "team/app") => ({
  ...{ "action-type": "PUSH", result: "SUCCESS", "repository-name": repository },
  ...{ "image-digest": digest, "image-tag": tag },
});

async function startReceiver(environment: Record<string, string>): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, [join(directory, "receiver.mjs")], {
    env: { ...environment, RECEIVER_LISTEN: "127.0.0.1:0", PATH: "/usr/bin:/bin" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("the receiver ended")));
    child.stdout?.on("data", (chunk: Buffer) => {
      const [, address] = /listening on (\S+)/.exec(chunk.toString()) ?? [];
      if (address !== undefined) resolve(`http://${address}`);
    });
  });
}

it("deploy what was pushed, once the receiver knows that the event is genuine", async () => {
  const folder = mkdtempSync(join(tmpdir(), "entrepot-events-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bus = await openTestBus({ timeoutMs: 10_000 });
  onTestFinished(() => bus.registry.close());
  bus.clock.set(Date.now()); // Signatures are of the machine's time.
  const arn = await bus.ruleTo("http://127.0.0.1:1/");
  const { signingSecret = "" } = await bus.registry.ask(putEventDestination, {
    ...{ Name: "all", newSigningSecret: true },
  });
  const log = join(folder, "log");
  const command = `require("fs").appendFileSync(${JSON.stringify(log)}, process.argv.slice(1).join(" ") + "\\n")`;
  const words = [process.execPath, "-e", command, "{repository}:{tag}", "{name}@{digest}"];
  const url = await startReceiver({
    ...{ RECEIVER_SECRET: signingSecret, RECEIVER_COMMAND: JSON.stringify(words) },
    RECEIVER_REPOSITORIES: "team/app",
  });
  await bus.registry.ask(updateApiDestination, { Name: "all", InvocationEndpoint: url });
  await bus.registry.ask(putRule, json("pushes.json"));
  const Targets = json("deploy-targets.json", arn);
  await bus.registry.ask(putTargets, { Rule: "pushes", Targets });
  const [event] = await bus.route(
    bus.event("app", pushed("v1")),
    bus.event("app", pushed("-v2; rm")),
    bus.event("other", pushed("v1", "team/other")),
  );
  await bus.deliver();
  // The event came by two rules, and is one event.
  expect(readFileSync(log, "utf8")).toBe(`team/app:v1 app@${digest}\n`);
  const body = JSON.stringify({ detail: pushed("v3") });
  const post = async (key: string, at: number) => {
    const timestamp = String(Math.floor(at / 1_000));
    const signature = createHmac("sha256", Buffer.from(key, "base64"))
      .update(`${event?.id}x.${timestamp}.${body}`)
      .digest("base64");
    const headers = {
      "webhook-id": `${event?.id}x`,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signature}`,
    };
    return (await fetch(url, { method: "POST", headers, body })).status;
  };
  const secret = signingSecret.replace("whsec_", "");
  expect(await post(Buffer.alloc(32).toString("base64"), Date.now())).toBe(401);
  expect(await post(secret, Date.now() - 600_000)).toBe(401);
  expect(readFileSync(log, "utf8").split("\n")).toHaveLength(2);
  expect(await post(secret, Date.now())).toBe(200);
  expect(readFileSync(log, "utf8").split("\n")).toHaveLength(3);
});

it("tell a chat and start a build in the words of theirs", async () => {
  const receiver = await new EventReceiver().start();
  const bus = await openTestBus();
  onTestFinished(async () => {
    await receiver.stop();
    await bus.registry.close();
  });
  const arn = await bus.ruleTo(receiver.url, { target: { Input: '"all"' } });
  await bus.registry.ask(putRule, json("pushes.json"));
  for (const file of ["chat-targets.json", "build-targets.json"]) {
    await bus.registry.ask(putTargets, { Rule: "pushes", Targets: json(file, arn) });
  }
  await bus.route(bus.event("app", pushed('v"1"')), bus.event("other", pushed("v1", "team/other")));
  await bus.deliver();
  const bodies = receiver.taken.map(({ body }) => JSON.parse(body) as unknown);
  expect(bodies).toHaveLength(4);
  expect(bodies).toContainEqual({ text: `\`team/app:v"1"\` was pushed: ${digest}` });
  expect(bodies).toContainEqual({
    ref: "main",
    variables: { BASE_IMAGE: 'team/app:v"1"', EVENT_TIME: new Date(bus.clock.now()).toISOString() },
  });
});
