/**
 * `node scripts/run.mjs bench/public-pulls.ts`: what a pull of a small image costs the server, from the
 * private registry and from the public one, signed in and anonymously. In turns, so that whatever else the
 * machine does falls on all of them. See docs/benchmarks.md.
 */
import { parseArgs } from "node:util";
import {
  CreateRepositoryCommand as CreatePrivate,
  ECRClient,
  GetAuthorizationTokenCommand as PrivateToken,
} from "@aws-sdk/client-ecr";
import {
  CreateRepositoryCommand,
  ECRPUBLICClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { PublicClient } from "../test/support/public-client.ts";
import { startServer } from "../test/support/server.ts";
import { processorSeconds } from "./processor-time.ts";
import { circumstances, table } from "./report.ts";
import { median } from "./rounds.ts";

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "30" } } });
const [rounds, pullsPerRound] = [Number(flags.rounds), 60];
const server = await startServer({
  settings: { ENTREPOT_PUBLIC_PULLS: "anonymous=off,signed-in=off" },
});
try {
  const { accessKeyId, secretAccessKey, origin, publicOrigin } = server;
  const settings = {
    ...{ region: "us-east-1", endpoint: origin },
    credentials: { accessKeyId, secretAccessKey },
  };
  const [ecr, ecrPublic] = [new ECRClient(settings), new ECRPUBLICClient(settings)];
  await ecr.send(new CreatePrivate({ repositoryName: "app" }));
  const made = await ecrPublic.send(new CreateRepositoryCommand({ repositoryName: "app" }));
  const publicName = `${made.repository?.repositoryUri?.split("/")[1]}/app`;
  const token = (await ecr.send(new PrivateToken({}))).authorizationData?.[0]?.authorizationToken;
  const publicToken = (await ecrPublic.send(new GetAuthorizationTokenCommand({})))
    .authorizationData;
  const owner = new PublicClient(origin, `Basic ${token}`);
  const signedIn = new PublicClient(publicOrigin, `Bearer ${publicToken?.authorizationToken}`);
  const kinds = [
    { kind: "private", client: owner, name: "app" },
    { kind: "public, signed in", client: signedIn, name: publicName },
    { kind: "public, anonymous", client: await signedIn.anonymous(), name: publicName },
  ];
  await owner.pushImage("app", "v1", "x".repeat(200_000));
  await signedIn.pushImage(publicName, "v1", "x".repeat(200_000));
  const spent = new Map(kinds.map(({ kind }) => [kind, [] as number[]]));
  const pid = server.process.pid ?? 0;
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < kinds.length; turn++) {
      const { kind, client, name } = kinds[(round + turn) % kinds.length]!;
      const before = processorSeconds(pid);
      for (let n = 0; n < pullsPerRound; n++) await pull(client, name);
      const milliseconds = ((processorSeconds(pid) - before) * 1000) / pullsPerRound;
      if (round > 0) spent.get(kind)?.push(milliseconds); // The first round warms up.
    }
  }
  const usual = median(spent.get("private") ?? []);
  const rows = [...spent].map(([kind, figures]) => [
    ...[kind, median(figures).toFixed(2), (median(figures) / usual).toFixed(2)],
  ]);
  console.log(circumstances("node scripts/run.mjs bench/public-pulls.ts", []));
  console.log(table(["pull", "processor ms", "of private"], rows));
} finally {
  await server.stop();
}

/** A manifest and its layers, one after the other. */
async function pull(client: PublicClient, name: string): Promise<void> {
  const { status, text } = await client.ask("GET", `/v2/${name}/manifests/v1`);
  if (status !== 200) throw new Error(`${name}: ${status} ${text}`);
  const { config, layers } = JSON.parse(text) as Record<"config", { digest: string }> &
    Record<"layers", { digest: string }[]>;
  for (const { digest } of [config, ...layers]) {
    const blob = await client.ask("GET", `/v2/${name}/blobs/${digest}`);
    if (blob.status !== 200) throw new Error(`${name}: ${blob.status}`);
  }
}
