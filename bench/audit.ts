/**
 * What the audit trail costs: the same GETs and small pushes with it and without, in turns on two
 * servers. `node scripts/run.mjs bench/audit.ts`. With `--before <checkout>` the other server is that of
 * an earlier version: what all cost that came since. The rate says what clients see, the processor time
 * what it costs, also where others use the machine.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { auditKinds } from "../src/registry/audit/audit-kinds.ts";
import { type RunningServer, startServer } from "../test/support/server.ts";
import { entrepotTarget, type Target } from "./peers.ts";
import { temporaryFolder } from "./places.ts";
import { processorSeconds } from "./processor-time.ts";
import { RegistryClient, type SmallImage, smallImage } from "./registry-client.ts";
import { table } from "./report.ts";
import { median, writeBack } from "./rounds.ts";
import { manifestRate, missingWrk, pushTaggedImage } from "./workloads/manifests.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    images: { type: "string", default: "60" },
    before: { type: "string" },
  },
});

interface Side {
  readonly name: string;
  readonly server: RunningServer;
  readonly target: Target;
  readonly rates: number[];
  readonly costs: number[];
}

async function openSide(
  name: string,
  settings: Record<string, string>,
  program?: string,
): Promise<Side> {
  const dataDirectory = mkdtempSync(join(temporaryFolder(), "audit-"));
  const server = await startServer({
    ...{ dataDirectory, program },
    settings: { ENTREPOT_HTTPS: "off", ...settings },
  });
  const target = await entrepotTarget(server);
  await pushTaggedImage(target);
  return { name, server, target, rates: [], costs: [] };
}

async function main(): Promise<void> {
  const missing = missingWrk();
  if (missing !== undefined) throw new Error(missing);
  const off = auditKinds.map((kind) => `${kind}=0`).join(",");
  const { before } = flags;
  const other =
    before === undefined
      ? await openSide("without", { ENTREPOT_AUDIT: off })
      : await openSide("before", {}, join(resolve(before), "src", "main.ts"));
  const sides = [other, await openSide(before === undefined ? "with" : "now", {})];
  try {
    await compare("manifest GET by tag", sides, (side) => pullFor(side, Number(flags.seconds)));
    await compare("small push", sides, (side, round) => pushSome(side, round));
  } finally {
    for (const { server } of sides) {
      await server.stop({ keepData: true });
      rmSync(server.dataDirectory, { recursive: true, force: true });
    }
  }
}

/** Requests per second, and the server's microseconds for each. */
type Figures = readonly [rate: number, cost: number];

async function compare(
  title: string,
  sides: readonly Side[],
  run: (side: Side, round: number) => Promise<Figures>,
): Promise<void> {
  for (const side of sides) {
    side.rates.length = 0;
    side.costs.length = 0;
  }
  for (let round = 0; round <= Number(flags.rounds); round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      await writeBack();
      const [rate, cost] = await run(side, round);
      if (round === 0) continue; // It warms up.
      side.rates.push(rate);
      side.costs.push(cost);
    }
  }
  const [without, audited] = sides as [Side, Side];
  const row = ({ name, rates, costs }: Side) => [
    name,
    median(rates).toFixed(0),
    median(costs).toFixed(1),
  ];
  const ratio = [
    "ratio",
    (median(audited.rates) / median(without.rates)).toFixed(3),
    (median(audited.costs) / median(without.costs)).toFixed(3),
  ];
  const rows = [row(without), row(audited), ratio];
  console.log(`${title}\n\n${table(["server", "per second", "server's µs each"], rows)}`);
}

async function pullFor({ server, target }: Side, seconds: number): Promise<Figures> {
  const before = processorSeconds(server.process.pid ?? 0);
  const rate = await manifestRate(target, { connections: 32, seconds });
  const taken = processorSeconds(server.process.pid ?? 0) - before;
  return [rate, (taken * 1e6) / (rate * seconds)];
}

const clients = 8;

async function pushSome({ server, target }: Side, round: number): Promise<Figures> {
  const count = Number(flags.images);
  const images = Array.from({ length: count }, (_, index) => smallImage(1 + round * count + index));
  const before = processorSeconds(server.process.pid ?? 0);
  const startedAt = performance.now();
  const each = async (first: number) => {
    const client = new RegistryClient(target);
    for (let index = first; index < count; index += clients)
      await push(client, images[index]!, index);
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, (_, first) => each(first)));
  const elapsed = (performance.now() - startedAt) / 1000;
  const taken = processorSeconds(server.process.pid ?? 0) - before;
  return [count / elapsed, (taken * 1e6) / count];
}

async function push(client: RegistryClient, image: SmallImage, index: number): Promise<void> {
  for (const blob of image.blobs) await client.pushBlob("bench/app", blob);
  await client.pushManifest("bench/app", `v${index}`, image.manifest);
}

await main();
