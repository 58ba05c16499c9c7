import type { Ports } from "../../ports/ports.ts";
import { isSealed, type StoredObject } from "../encryption/stored-object.ts";
import { limits } from "../limits.ts";

/**
 * Where the store hands the layer out by itself: a URL that is good for an hour, whoever has it, as
 * ECR's are. `undefined` where Entrepot sealed the bytes, or the store is not for clients.
 * Source: ECR API, GetDownloadUrlForLayer.
 */
export async function layerUrl(ports: Ports, object: StoredObject): Promise<string | undefined> {
  if (object.placement !== "blobs" || isSealed(object)) return undefined;
  return ports.blobs.urlFor(object.id, object.place, limits.downloadUrlLifeMs / 1000);
}
