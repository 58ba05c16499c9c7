/** `entrepot audit verify`: whether the files of trails are as they were written. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { PublicKeys } from "../../../registry/trails/read-digest.ts";
import { fingerprintOf } from "../../../registry/trails/trail-keys.ts";
import { trailLimits } from "../../../registry/trails/trail-limits.ts";
import type { VerifiedTrails } from "../../../registry/trails/verify-trails.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";

/** As ListPublicKeys answers. */
const keyFile = z.object({ PublicKeyList: z.array(z.object({ Value: z.string().max(8192) })) });

/** Keys that were saved before: no server is asked. @throws CommandError */
export async function keysIn(files: readonly string[]): Promise<PublicKeys> {
  const keys = new Map<string, string>();
  for (const file of files) {
    for (const { Value } of (await readKeys(file)).PublicKeyList)
      keys.set(fingerprintOf(Value), Value);
  }
  return { find: async (_registry, fingerprint) => keys.get(fingerprint) };
}

async function readKeys(file: string): Promise<z.output<typeof keyFile>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    return keyFile.parse(JSON.parse(text));
  } catch {
    throw new CommandError(
      `${file} does not hold public keys as "entrepot audit public-keys" prints them`,
    );
  }
}

/** Keys that a server tells, of each region once. */
export function keysOf(serverIn: (region: string) => Promise<Server>): PublicKeys {
  const known = new Map<string, Promise<ReadonlyMap<string, string>>>();
  return {
    async find({ region }, fingerprint) {
      const keys = known.get(region) ?? serverIn(region).then(publicKeys);
      known.set(region, keys);
      return (await keys).get(fingerprint);
    },
  };
}

async function publicKeys(server: Server): Promise<ReadonlyMap<string, string>> {
  const { PublicKeyList = [] } = await listedKeys(server);
  // What a key is called is worked out anew, whatever is said of it.
  return new Map(PublicKeyList.map(({ Value }) => [fingerprintOf(String(Value)), String(Value)]));
}

/** All keys that ever signed about a region. */
export function listedKeys(server: Server) {
  const EndTime = Math.ceil((server.now() + trailLimits.keyLifeMs) / 1000);
  return server.call("cloudtrail:ListPublicKeys", { StartTime: 0, EndTime });
}

const words = { problem: "PROBLEM", gap: "GAP", note: "NOTE" } as const;

export function verifiedText({ digests, files, findings }: VerifiedTrails): string {
  const lines = findings.map(
    ({ kind, name, what }) => `${words[kind]} ${name === "" ? "" : `${name}: `}${what}`,
  );
  const problems = findings.filter(({ kind }) => kind === "problem").length;
  const sound = `${digests} digests and ${files} files are as they were written`;
  const end = problems === 0 ? `${sound}.` : `${sound}; ${problems} problems were found.`;
  return [...lines, end].join("\n");
}
