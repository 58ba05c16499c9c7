/** `entrepot fsck`: recounts what is counted and re-verifies every stored byte (I3, I12). */
import type { MetadataReads } from "../ports/metadata-store.ts";
import type { Ports } from "../ports/ports.ts";
import { algorithmOf, Digester } from "../registry/digest.ts";
import { openDataKey } from "../registry/encryption/data-keys.ts";
import { headerBytes, openWhole, requireHeader } from "../registry/encryption/sealed-format.ts";
import { isSealed, type StoredObject } from "../registry/encryption/stored-object.ts";
import { layersUnder } from "../registry/encryption/wrapped-key.ts";
import { isRegistryError } from "../registry/errors.ts";
import type { Image } from "../registry/images/image.ts";
import { openObject } from "../registry/layers/open-object.ts";
import { readLayer } from "../registry/layers/read-layer.ts";
import type { Digest, ObjectId, UploadId } from "../registry/names.ts";
import { chargeQuotas } from "../registry/quotas/charge.ts";
import type { Quota } from "../registry/quotas/quota.ts";
import { recountQuota } from "../registry/quotas/recount-quota.ts";
import type { Repository } from "../registry/repositories/repository.ts";
import { isHiddenName } from "../registry/trash/trash.ts";

const page = 500;

export interface FsckProblem {
  readonly kind:
    | "wrong-counter"
    | "wrong-quota"
    | "missing-reference"
    | "dangling-tag"
    | "missing-object"
    | "damaged-object"
    | "stray-object";
  /** What is wrong, for an operator. */
  readonly message: string;
  readonly repaired: boolean;
}

export interface FsckReport {
  /** Those that are not in the trash, and their images. */
  readonly repositories: number;
  readonly images: number;
  readonly layers: number;
  readonly objects: number;
  /** Of the objects, those that could not be opened because their KMS key may not be used. */
  readonly shutObjects: number;
  /** Plaintext bytes that were read and verified. */
  readonly verifiedBytes: number;
  readonly problems: readonly FsckProblem[];
}

export interface FsckOptions {
  /** Mend what can be mended without losing anything: counters, bytes that no row leads to. */
  readonly repair: boolean;
  /** False: only whether the bytes of every object are there, and how many. */
  readonly verifyBytes?: boolean;
  readonly onProgress?: (done: { verifiedBytes: number; totalBytes: number }) => void;
}

/** Looks at everything. Meant for a store that no server is using. */
export async function checkStore(ports: Ports, options: FsckOptions): Promise<FsckReport> {
  const run = new Check(ports, options);
  await run.repositories();
  await run.quotas();
  await run.objects();
  await run.strays();
  return run.report();
}

/** Removes bytes that no row leads to. Resolves to how many objects that were. */
export async function removeStrays(ports: Ports): Promise<number> {
  const run = new Check(ports, { repair: true });
  await run.strays();
  return run.report().problems.length;
}

class Check {
  readonly #ports: Ports;
  readonly #options: FsckOptions;
  readonly #problems: FsckProblem[] = [];
  #counts = { repositories: 0, images: 0, layers: 0, objects: 0, shutObjects: 0, verifiedBytes: 0 };
  #totalBytes = 0;

  constructor(ports: Ports, options: FsckOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  report(): FsckReport {
    return { ...this.#counts, problems: this.#problems };
  }

  async repositories(): Promise<void> {
    let after: Repository | undefined;
    for (;;) {
      const found = await this.#ports.metadata.repositories.listAll({ after, limit: page });
      for (const repository of found) await this.#repository(repository);
      after = found.at(-1);
      if (after === undefined) return;
    }
  }

  async #repository(repository: Repository): Promise<void> {
    const { images: known } = this.#counts;
    const layers = await this.#layers(repository);
    const images = await this.#images(repository);
    await this.#worst(repository);
    // What is in the trash is looked at as well; no registry counts it.
    if (isHiddenName(repository.name)) this.#counts.images = known;
    else this.#counts.repositories += 1;
    const counted = {
      imageCount: images.count,
      sizeBytes: layers.bytes + images.bytes,
    };
    const { imageCount, sizeBytes } = repository;
    if (counted.imageCount === imageCount && counted.sizeBytes === sizeBytes) return;
    await this.#recount(repository);
  }

  /** Again, while nobody else changes the repository: the first look may have met a push half-way. */
  async #recount(repository: Repository): Promise<void> {
    const { repair } = this.#options;
    const wrong = await this.#ports.metadata.transaction(async (change) => {
      const now = await change.repositories.lockById(repository);
      if (now === undefined) return undefined;
      const counted = await countContents(change, now);
      const { imageCount, sizeBytes } = now;
      if (counted.imageCount === imageCount && counted.sizeBytes === sizeBytes) return undefined;
      if (repair) {
        await change.repositories.setCounters(now, counted);
        const by = {
          imageCount: counted.imageCount - imageCount,
          sizeBytes: counted.sizeBytes - sizeBytes,
        };
        await chargeQuotas(change, now, by, { force: true });
      }
      return `repository '${now.name}' counts ${imageCount} images and ${sizeBytes} bytes, and has ${counted.imageCount} and ${counted.sizeBytes}`;
    });
    if (wrong === undefined) return;
    this.#problems.push({ kind: "wrong-counter", message: wrong, repaired: repair });
  }

  /** What lists are sorted by where somebody looks for what is worst. */
  async #worst(repository: Repository): Promise<void> {
    if ((await this.#ports.metadata.scans.countWrongWorst(repository)) === 0) return;
    const { repair } = this.#options;
    const wrong = await this.#ports.metadata.transaction(async (change) => {
      if ((await change.repositories.lockById(repository)) === undefined) return 0;
      if (repair) return change.scans.recountWorst(repository);
      return change.scans.countWrongWorst(repository);
    });
    if (wrong === 0) return;
    const message = `in '${repository.name}' ${wrong} rows tell another worst finding than scans do`;
    this.#problems.push({ kind: "wrong-counter", message, repaired: repair });
  }

  async #layers(repository: Repository): Promise<{ bytes: number }> {
    let bytes = 0;
    let after: Digest | undefined;
    for (;;) {
      const layers = await this.#ports.metadata.layers.list(repository, { after, limit: page });
      for (const layer of layers) {
        this.#counts.layers += 1;
        bytes += layer.sizeBytes;
        const object = await this.#ports.metadata.objects.find(layer.object);
        if (object?.state !== "live" || object.digest !== layer.digest) {
          this.#problem(
            "missing-object",
            `layer ${layer.digest} of '${repository.name}' has no object`,
          );
        }
      }
      after = layers.at(-1)?.digest;
      if (after === undefined) return { bytes };
    }
  }

  async #images(repository: Repository): Promise<{ count: number; bytes: number }> {
    const sum = { count: 0, bytes: 0 };
    let after: Digest | undefined;
    for (;;) {
      const images = await this.#ports.metadata.images.list(repository, { after, limit: page });
      for (const image of images) {
        this.#counts.images += 1;
        sum.count += 1;
        sum.bytes += image.manifestBytes;
        await this.#closure(repository, image);
      }
      after = images.at(-1)?.digest;
      if (after === undefined) break;
    }
    await this.#tags(repository);
    return sum;
  }

  async #closure(repository: Repository, image: Image): Promise<void> {
    const { metadata } = this.#ports;
    for (const { kind, digest } of await metadata.images.references(repository, image.digest)) {
      if (kind === "subject") continue;
      const found =
        kind === "child"
          ? await metadata.images.find(repository, digest)
          : await metadata.layers.find(repository, digest);
      if (found === undefined) {
        this.#problem(
          "missing-reference",
          `image ${image.digest} of '${repository.name}' refers to the ${kind} ${digest}, which is not there`,
        );
      }
    }
  }

  async #tags(repository: Repository): Promise<void> {
    const { metadata } = this.#ports;
    let after: Awaited<ReturnType<typeof metadata.tags.list>>[number]["tag"] | undefined;
    for (;;) {
      const tags = await metadata.tags.list(repository, { after, limit: page });
      for (const { tag, digest } of tags) {
        if ((await metadata.images.find(repository, digest)) === undefined) {
          this.#problem(
            "dangling-tag",
            `tag '${tag}' of '${repository.name}' points to ${digest}, which is not there`,
          );
        }
      }
      after = tags.at(-1)?.tag;
      if (after === undefined) return;
    }
  }

  /** After the repositories, whose counters are mended by then. */
  async quotas(): Promise<void> {
    let after: Quota | undefined;
    for (;;) {
      const found = await this.#ports.metadata.quotas.listAll({ after, limit: page });
      for (const quota of found) await this.#quota(quota);
      after = found.at(-1);
      if (after === undefined) return;
    }
  }

  async #quota(quota: Quota): Promise<void> {
    const { repair } = this.#options;
    const wrong = await recountQuota(this.#ports, quota, { repair });
    if (wrong === undefined) return;
    const { used, counted, missing } = wrong;
    const { prefix, unit } = quota;
    const what = `the quota of ${unit.toLowerCase()} at '${prefix}'`;
    const messages = [
      ...(used === counted ? [] : [`${what} counts ${used}, and its repositories have ${counted}`]),
      ...missing.map((name) => `${what} does not count the repository '${name}'`),
    ];
    for (const message of messages) {
      this.#problems.push({ kind: "wrong-quota", message, repaired: repair });
    }
  }

  async objects(): Promise<void> {
    this.#totalBytes = (await this.#ports.metadata.objects.totals()).sealedBytes;
    let after: ObjectId | undefined;
    for (;;) {
      const objects = await this.#ports.metadata.objects.list({ after, limit: page });
      for (const object of objects) if (object.state === "live") await this.#object(object);
      after = objects.at(-1)?.id;
      if (after === undefined) return;
    }
  }

  async #object(object: StoredObject): Promise<void> {
    this.#counts.objects += 1;
    try {
      if (this.#options.verifyBytes === false) return await this.#presence(object);
      const digest = await this.#digestOf(object);
      if (digest !== object.digest) {
        this.#problem(
          "damaged-object",
          `object ${object.id} hashes to ${digest} instead of ${object.digest}`,
        );
      }
    } catch (error) {
      if (isShut(error)) {
        this.#counts.shutObjects += 1; // Shut is not damaged: it opens with its key.
        return;
      }
      const reason = error instanceof Error ? error.message : String(error);
      this.#problem(
        "damaged-object",
        `object ${object.id} (${object.digest}) does not open: ${reason}`,
      );
    }
  }

  async #digestOf(object: StoredObject): Promise<string> {
    const digester = new Digester(algorithmOf(object.digest));
    const verify = (piece: Uint8Array) => {
      digester.update(piece);
      this.#counts.verifiedBytes += piece.length;
      this.#options.onProgress?.({
        verifiedBytes: this.#counts.verifiedBytes,
        totalBytes: this.#totalBytes,
      });
    };
    if (object.placement === "blobs") {
      if (isSealed(object)) await this.#frame(object);
      for await (const piece of readLayer(this.#ports, { object })) verify(piece);
    } else {
      const sealed = await this.#ports.metadata.objects.content(object.id);
      if (sealed === undefined) throw new Error("its content is not there");
      const key = await openDataKey(this.#ports, undefined, object);
      verify(openWhole(key, object.id, object.layout, sealed));
    }
    return digester.digest();
  }

  async #presence(object: StoredObject): Promise<void> {
    if (object.placement === "blobs") return this.#frame(object);
    const sealed = await this.#ports.metadata.objects.content(object.id);
    if (sealed?.length !== object.sealedBytes) throw new Error("its content is not there");
  }

  /** What no frame holds: the header before them, and that nothing follows them. */
  async #frame(object: StoredObject): Promise<void> {
    const blob = await openObject(this.#ports, object);
    if (blob === undefined) throw new Error("its bytes are not there");
    try {
      if (blob.sizeBytes !== object.sealedBytes) throw new Error("it has another length");
      if (isSealed(object)) {
        requireHeader(await blob.read(0, headerBytes), layersUnder(object.wrappedKey));
      }
    } finally {
      await blob.close();
    }
  }

  /** Bytes in the store that no row leads to. */
  async strays(): Promise<void> {
    const uploads = await this.#uploadObjects();
    for await (const { key, place, staged, sizeBytes } of this.#ports.blobs.list()) {
      const object = await this.#ports.metadata.objects.find(key);
      // An upload whose content was stored already leaves its bytes staged for the reclaimer.
      const isInUse =
        !staged && object !== undefined && this.#ports.blobs.isAt(object.place, place);
      if (uploads.has(key) || isInUse || object?.state === "deleting") continue;
      const isKnown =
        object !== undefined &&
        (await this.#ports.metadata.reclaim.hasObject(object.registry, object.id));
      if (isKnown) continue; // The reclaimer will see to it.
      const repaired = this.#options.repair;
      const placeOf = async () => (await this.#ports.metadata.objects.find(key))?.place;
      if (repaired) await this.#ports.blobs.delete(key, placeOf);
      this.#problems.push({
        kind: "stray-object",
        message: `${sizeBytes} bytes named ${key} belong to nothing`,
        repaired,
      });
    }
  }

  async #uploadObjects(): Promise<ReadonlySet<ObjectId>> {
    const objects = new Set<ObjectId>();
    let after: UploadId | undefined;
    for (;;) {
      const uploads = await this.#ports.metadata.uploads.listAll({ after, limit: page });
      for (const { object } of uploads) objects.add(object);
      after = uploads.at(-1)?.id;
      if (after === undefined) return objects;
    }
  }

  #problem(kind: FsckProblem["kind"], message: string): void {
    this.#problems.push({ kind, message, repaired: false });
  }
}

async function countContents(
  { layers, images }: MetadataReads,
  repository: Repository,
): Promise<{ imageCount: number; sizeBytes: number }> {
  const counted = { imageCount: 0, sizeBytes: 0 };
  for (let after: Digest | undefined; ; ) {
    const found = await layers.list(repository, { after, limit: page });
    for (const { sizeBytes } of found) counted.sizeBytes += sizeBytes;
    after = found.at(-1)?.digest;
    if (after === undefined) break;
  }
  for (let after: Digest | undefined; ; ) {
    const found = await images.list(repository, { after, limit: page });
    counted.imageCount += found.length;
    for (const { manifestBytes } of found) counted.sizeBytes += manifestBytes;
    after = found.at(-1)?.digest;
    if (after === undefined) return counted;
  }
}

const shut = new Set(["DisabledException", "KMSInvalidStateException"]);

function isShut(error: unknown): boolean {
  return isRegistryError(error, "Kms") && shut.has(String(error.details.kmsError));
}
