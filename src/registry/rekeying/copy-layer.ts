import type { ObjectLink } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { algorithmOf } from "../digest.ts";
import type { StoredObject } from "../encryption/stored-object.ts";
import { type Completed, keepObject, sealEmpty } from "../layers/complete-upload.ts";
import { readLayer } from "../layers/read-layer.ts";
import { receive } from "../layers/receive.ts";
import { relinkLayer } from "../layers/relink-layer.ts";
import { stagedBytes, type Upload } from "../layers/upload.ts";
import { discardUpload, openSession } from "../layers/upload-layer.ts";
import type { Repository } from "../repositories/repository.ts";
import { requireSpace } from "../space.ts";
import { lockUnderWay } from "./lock-under-way.ts";
import type { Rekey } from "./rekey.ts";

/**
 * Seals the layer anew for this repository: what it stands on stays for the others that stand on it,
 * since no ciphertext is shared between keys (D7). Done as a push is, by an upload session, which
 * leads to the bytes from before they exist (D4). Memory: some frames.
 * @throws Kms when either key may not be used
 * @throws ServiceUnavailable when the store is nearly full
 */
export async function copyLayer(
  ports: Ports,
  repository: Repository,
  rekey: Rekey,
  { digest, object: id }: ObjectLink,
  signal: AbortSignal,
): Promise<void> {
  const object = await ports.metadata.objects.find(id);
  if (object === undefined) return;
  await requireSpace(ports);
  const upload = await openSession(ports, repository, algorithmOf(digest));
  let isKept = false;
  try {
    const whole = await sealAnew(ports, repository, object, upload, signal);
    const published =
      whole.kept === undefined ? await ports.blobs.publish(whole.object, stagedBytes(whole)) : "";
    isKept = await keepCopy(ports, rekey, object, { repository, upload, whole, digest, published });
  } finally {
    if (!isKept) await discardUpload(ports, upload);
  }
}

async function sealAnew(
  ports: Ports,
  repository: Repository,
  object: StoredObject,
  upload: Upload,
  signal: AbortSignal,
): Promise<Upload> {
  const content = ownPieces(readLayer(ports, { repository, object }), signal);
  const receiving = { asPart: false, given: true };
  const { next, failure } = await receive(ports, repository, upload, content, receiving);
  ports.memory.runningDigests.delete(upload.id);
  if (failure !== undefined) throw failure;
  const whole = next.sealedBytes === 0 ? await sealEmpty(ports, repository, next) : next;
  if (whole.digestSoFar === object.digest) return whole;
  throw new Error("the stored object has another digest");
}

/** What is sealed must stay as it is until then: longer than what is read does. */
async function* ownPieces(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    signal.throwIfAborted();
    yield new Uint8Array(piece);
  }
}

/** False, and nothing done, when the layer does not stand on that object any more. */
function keepCopy(
  ports: Ports,
  rekey: Rekey,
  { id }: StoredObject,
  completed: Completed,
): Promise<boolean> {
  const { registry } = completed.repository;
  const { upload, digest } = completed;
  const now = ports.clock.now();
  return ports.metadata.transaction(async (change) => {
    const current = await lockUnderWay(change, rekey);
    const session = await change.uploads.lock(registry, upload.id);
    const [layer] = await change.layers.lock(rekey.repository, [digest]);
    if (current === undefined || session === undefined || layer?.object !== id) return false;
    const object = await keepObject(change, completed, now);
    if (object === undefined) return false;
    await relinkLayer(change, layer, object.id, now);
    await change.uploads.remove(registry, upload.id);
    await change.reclaim.remove({ kind: "upload", registry, upload: upload.id, dueAt: 0 });
    await change.rekeys.put({ ...current, copied: current.copied + 1, failure: undefined });
    return true;
  });
}
