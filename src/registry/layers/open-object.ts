import type { OpenBlob } from "../../ports/blob-store.ts";
import { placeNow } from "../../ports/place.ts";
import type { Ports } from "../../ports/ports.ts";
import type { StoredObject } from "../encryption/stored-object.ts";

type Reads = Pick<Ports, "metadata" | "blobs">;

/**
 * The object's bytes, wherever they are by now. Objects move between storage classes, and who asked for
 * one a while ago knows the place where it was: when nothing is there, the row is asked once more, also
 * in the middle of reading. The caller closes it.
 * @returns `undefined` when the object is nowhere
 */
export async function openObject(
  ports: Reads,
  object: StoredObject,
): Promise<OpenBlob | undefined> {
  const blob = await ports.blobs.open(object.id, object.place);
  if (blob !== undefined) return new MovableBlob(ports, object, blob);
  return openElsewhere(ports, object);
}

/** Where the row says that it is, if that is another place than was known. */
async function openElsewhere(ports: Reads, known: StoredObject): Promise<OpenBlob | undefined> {
  const object = await ports.metadata.objects.find(known.id);
  if (object?.state !== "live" || placeNow(object.place) === placeNow(known.place)) {
    return undefined;
  }
  return ports.blobs.open(object.id, object.place);
}

class MovableBlob implements OpenBlob {
  readonly sizeBytes: number;
  readonly #ports: Reads;
  readonly #object: StoredObject;
  readonly #first: OpenBlob;
  #second: Promise<OpenBlob | undefined> | undefined;

  constructor(ports: Reads, object: StoredObject, first: OpenBlob) {
    this.#ports = ports;
    this.#object = object;
    this.#first = first;
    this.sizeBytes = first.sizeBytes;
  }

  get descriptor(): number | undefined {
    return this.#first.descriptor;
  }

  async read(position: number, lengthBytes: number, into?: Uint8Array): Promise<Uint8Array> {
    const moved = await this.#second;
    if (moved !== undefined) return moved.read(position, lengthBytes, into);
    try {
      return await this.#first.read(position, lengthBytes, into);
    } catch (error) {
      this.#second ??= openElsewhere(this.#ports, this.#object);
      const second = await this.#second.catch(() => undefined);
      if (second === undefined) throw error; // It is where it was, and damaged; or the store is away.
      return second.read(position, lengthBytes, into);
    }
  }

  async close(): Promise<void> {
    const second = await this.#second?.catch(() => undefined);
    await Promise.all([this.#first.close(), second?.close()]);
  }
}
