/**
 * `npm run bench:keys`: the same pushes and pulls into repositories of each kind of encryption, in
 * turns. See docs/benchmarks.md.
 */
import { parseArgs } from "node:util";
import type { EncryptionType } from "@aws-sdk/client-ecr";
import { startServer } from "../test/support/server.ts";
import { commandLine, writeFigures } from "./document.ts";
import { entrepot, entrepotTarget, type Peer } from "./peers.ts";
import { temporaryFolder } from "./places.ts";
import { circumstances, ratioHead, ratioRows, table } from "./report.ts";
import { compare } from "./rounds.ts";
import { blobWorkloads } from "./workloads/blobs.ts";
import { manifests } from "./workloads/manifests.ts";
import { smallImageWorkloads } from "./workloads/small-images.ts";
import type { Workload } from "./workloads/workload.ts";

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: "manifest,pull,push,small" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "5" },
    "blob-mib": { type: "string", default: "200" },
    write: { type: "boolean", default: false },
  },
});

/** A server of ours whose repositories are sealed so. */
function sealedBy(encryptionType: EncryptionType): Peer {
  return {
    ...entrepot,
    name: encryptionType,
    async start(dataDirectory) {
      const settings = { ENTREPOT_HTTPS: "off" };
      return entrepotTarget(await startServer({ dataDirectory, settings }), { encryptionType });
    },
  };
}

async function main(): Promise<void> {
  const rounds = Number(flags.rounds);
  const sizes = { blobBytes: Number(flags["blob-mib"]) * 2 ** 20, seconds: Number(flags.seconds) };
  const peers = [sealedBy("AES256"), sealedBy("KMS"), sealedBy("KMS_DSSE")];
  const chosen = flags.only.split(",");
  const workloads: readonly Workload[] = [manifests, ...blobWorkloads, ...smallImageWorkloads];
  const rows = [];
  for (const workload of workloads.filter(({ id }) => chosen.includes(id))) {
    const reason = workload.missing?.();
    if (reason !== undefined) throw new Error(`${workload.id}: ${reason}`);
    const folder = temporaryFolder();
    const [aes256, ...others] = await compare(workload, peers, { folder, sizes, rounds });
    for (const other of others) {
      const title = `${workload.title}: ${other.peer.name}`;
      rows.push(...ratioRows(title, workload.unit, [other, aes256!]));
    }
  }
  const text = `${circumstances(commandLine("bench:keys"), [entrepot])}\n\n${table(ratioHead, rows)}`;
  console.log(text);
  if (flags.write) writeFigures("key figures", text);
}

await main();
