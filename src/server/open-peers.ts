/** Deployments elsewhere: of the composition root, the part that knows how they are asked. */
import { readFile } from "node:fs/promises";
import { type RootKey, readRootKey } from "../adapters/credentials/root-key-file.ts";
import { HttpEgress } from "../adapters/egress/http-egress.ts";
import { SignedPeer } from "../adapters/peers/signed-peer.ts";
import type { Clock } from "../ports/clock.ts";
import type { PeerRegistries } from "../ports/peer-registry.ts";
import type { Region } from "../registry/names.ts";
import type { PeerSetting } from "../settings/peer-settings.ts";

export interface OpenedPeers {
  readonly peers: PeerRegistries;
  close(): void;
}

/**
 * Reads the keys and certificates of all peers. They are the operator's own hosts, as database and
 * bucket are, so that any address will do.
 * @param rootKey of this deployment, for peers that have the same
 * @throws with a sentence for the operator
 */
export async function openPeers(
  settings: ReadonlyMap<Region, PeerSetting>,
  clock: Clock,
  rootKey: () => Promise<RootKey>,
): Promise<OpenedPeers> {
  const egress = new HttpEgress({ isListed: () => true });
  const peers = new Map<Region, SignedPeer>();
  for (const [region, { url, credentials, ca, bytesPerSecond }] of settings) {
    const { accessKeyId, secretAccessKey } = await keyOf(credentials, rootKey);
    const authority = ca?.startsWith("-----BEGIN") ? ca : ca && (await readFile(ca, "utf8"));
    const key = { accessKeyId, secretAccessKey };
    const address = { url: new URL(url).origin, ...key, authority, bytesPerSecond };
    peers.set(region, new SignedPeer(address, { egress, clock, region }));
  }
  return { peers, close: () => egress.close() };
}

async function keyOf(
  credentials: PeerSetting["credentials"],
  rootKey: () => Promise<RootKey>,
): Promise<RootKey> {
  if (credentials === undefined) return rootKey();
  if (typeof credentials !== "string") return credentials;
  const key = await readRootKey(credentials);
  if (key === undefined) {
    throw new Error(`ENTREPOT_PEERS names ${credentials}, which is not there.`);
  }
  return key;
}
