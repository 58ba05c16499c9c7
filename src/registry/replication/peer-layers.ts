import {
  isRefusal,
  type PeerAnswer,
  PeerRefusal,
  type PeerRegistry,
} from "../../ports/peer-registry.ts";
import type { Ports } from "../../ports/ports.ts";
import { inParallel } from "../in-parallel.ts";
import type { Digest, Registry } from "../names.ts";
import type { SourceRepository } from "./copy-image.ts";
import type { ReplicationKey, ReplicationUpload } from "./image-replication.ts";
import type { SourceLayer } from "./read-source.ts";
import { replicationLimits } from "./replication-limits.ts";

/**
 * Layers on their way to a repository of another deployment. Small ones go many in one request, to
 * another Entrepot; others, and all to ECR itself, by ECR's three, in parts, and go on where they
 * stood, also after a restart of either side. Memory: one part for each that is on its way.
 */
export class PeerLayers {
  readonly #ports: Ports;
  readonly #peer: PeerRegistry;
  readonly #source: SourceRepository;
  readonly #destination: Registry;
  /** Until it says that it knows no such thing. */
  #takesMany = true;

  constructor(ports: Ports, peer: PeerRegistry, source: SourceRepository, destination: Registry) {
    this.#ports = ports;
    this.#peer = peer;
    this.#source = source;
    this.#destination = destination;
  }

  /** Several at once. @throws the first failure, once all that is under way has ended */
  async put(layers: readonly SourceLayer[], signal: AbortSignal): Promise<void> {
    await inParallel(packed(layers), replicationLimits.layersAtOnce, async (pack) => {
      signal.throwIfAborted();
      const [first] = pack;
      if (first === undefined) return;
      if (isSmall(first)) await this.#putSmall(pack, signal);
      // It waits here for those of all lanes, so that parts in memory are few.
      else await this.#ports.memory.layersToPeers.take(() => this.#putLarge(first, signal));
    });
  }

  async #putSmall(layers: readonly SourceLayer[], signal: AbortSignal): Promise<void> {
    if (this.#takesMany && (await this.#putMany(layers, signal))) return;
    await inParallel(layers, replicationLimits.layersAtOnce, (layer) =>
      this.#putWhole(layer, signal),
    );
  }

  /** False where the peer knows no such request. */
  async #putMany(layers: readonly SourceLayer[], signal: AbortSignal): Promise<boolean> {
    const given: object[] = [];
    for (const layer of layers) {
      const content = Buffer.concat(await Array.fromAsync(layer.read(signal)));
      given.push({ layerDigest: layer.digest, layerBlob: content.toString("base64") });
    }
    const { account: registryId } = this.#destination;
    const input = { registryId, repositoryName: this.#source.name, layers: given };
    try {
      await this.#peer.ask("entrepot", "PutReplicaLayers", input, signal);
      return true;
    } catch (error) {
      if (!isRefusal(error, "UnknownOperation")) throw error;
      this.#takesMany = false;
      return false;
    }
  }

  /** Nothing to go on with: it is sent whole, and no commit is spent on where it stands. */
  async #putWhole(layer: SourceLayer, signal: AbortSignal): Promise<void> {
    const begun = { ...this.#key(layer.digest), uploadId: await this.#begin(signal), offset: 0 };
    await this.#send(layer, begun, signal);
  }

  async #putLarge(layer: SourceLayer, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (isOnePart(layer)) return this.#putWhole(layer, signal);
    const key = this.#key(layer.digest);
    const known = await this.#ports.metadata.replications.upload(key);
    if (known !== undefined && (await this.#continued(layer, known, signal))) return;
    const begun = { ...key, uploadId: await this.#begin(signal), offset: 0 };
    await this.#remember(begun);
    await this.#send(layer, begun, signal);
  }

  async #begin(signal: AbortSignal): Promise<string> {
    const { uploadId } = await this.#ask("InitiateLayerUpload", {}, signal);
    if (typeof uploadId !== "string") throw badAnswer("InitiateLayerUpload");
    return uploadId;
  }

  /** False where the session is over: then the layer has to be sent from its beginning. */
  async #continued(
    layer: SourceLayer,
    upload: ReplicationUpload,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await this.#send(layer, upload, signal);
      return true;
    } catch (error) {
      if (!isRefusal(error, "UploadNotFound") && !isRefusal(error, "InvalidLayer")) throw error;
      await this.#forget(upload);
      return false;
    }
  }

  async #send(layer: SourceLayer, begun: ReplicationUpload, signal: AbortSignal): Promise<void> {
    let upload = begun;
    for (let repeats = 0; upload.offset < layer.sizeBytes; ) {
      const standsAt = await this.#sendFrom(layer, upload, signal);
      if (standsAt === undefined) break;
      // The answer to a part was lost, or that part itself: the other side knows where it stands.
      repeats += 1;
      if (repeats > replicationLimits.peerPartRepeats) throw badAnswer("UploadLayerPart");
      upload = { ...upload, offset: standsAt };
      if (!isOnePart(layer)) await this.#remember(upload);
    }
    const input = { uploadId: upload.uploadId, layerDigests: [layer.digest] };
    try {
      await this.#ask("CompleteLayerUpload", input, signal);
    } catch (error) {
      if (isRefusal(error, "InvalidLayer") && !isOnePart(layer)) await this.#forget(upload);
      if (!isRefusal(error, "LayerAlreadyExists")) throw error;
    }
    if (!isOnePart(layer)) await this.#forget(upload);
  }

  /** All parts from there on; else where the other side says that it stands. */
  async #sendFrom(
    layer: SourceLayer,
    upload: ReplicationUpload,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    let { offset } = upload;
    for await (const part of inParts(layer.read(signal, offset))) {
      const input = {
        uploadId: upload.uploadId,
        partFirstByte: offset,
        partLastByte: offset + part.length - 1,
        layerPartBlob: part.toString("base64"),
      };
      try {
        await this.#ask("UploadLayerPart", input, signal);
      } catch (error) {
        const standsAt = positionIn(error);
        if (standsAt === undefined || standsAt > layer.sizeBytes) throw error;
        return standsAt;
      }
      offset += part.length;
      if (!isOnePart(layer)) await this.#remember({ ...upload, offset });
    }
    return undefined;
  }

  #ask(operation: string, input: object, signal: AbortSignal): Promise<PeerAnswer> {
    const { account: registryId } = this.#destination;
    const members = { registryId, repositoryName: this.#source.name, ...input };
    return this.#peer.ask("ecr", operation, members, signal);
  }

  #key(digest: Digest): ReplicationKey {
    const { registry, id } = this.#source;
    return { repository: { registry, id }, digest, destination: this.#destination };
  }

  async #remember(upload: ReplicationUpload): Promise<void> {
    await this.#ports.metadata.transaction(({ replications }) => replications.putUpload(upload));
  }

  async #forget(upload: ReplicationUpload): Promise<void> {
    await this.#ports.metadata.transaction(({ replications }) => replications.removeUpload(upload));
  }
}

/** Small ones together, as many as one request takes; each larger one alone. */
function packed(layers: readonly SourceLayer[]): SourceLayer[][] {
  const { peerSmallLayersBytes, peerLayersAsked } = replicationLimits;
  const packs: SourceLayer[][] = [];
  let pack: SourceLayer[] = [];
  let bytes = 0;
  for (const layer of layers) {
    if (!isSmall(layer)) {
      packs.push([layer]);
      continue;
    }
    const isFull = bytes + layer.sizeBytes > peerSmallLayersBytes || pack.length >= peerLayersAsked;
    if (pack.length === 0 || isFull) {
      pack = [];
      bytes = 0;
      packs.push(pack);
    }
    pack.push(layer);
    bytes += layer.sizeBytes;
  }
  return packs;
}

function isSmall({ sizeBytes }: SourceLayer): boolean {
  return sizeBytes <= replicationLimits.peerSmallLayerBytes;
}

function isOnePart({ sizeBytes }: SourceLayer): boolean {
  return sizeBytes <= replicationLimits.peerPartBytes;
}

/** Pieces as they come, put together to parts of one size but for the last. */
async function* inParts(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    while (bytes >= replicationLimits.peerPartBytes) {
      const all = Buffer.concat(waiting, bytes);
      yield all.subarray(0, replicationLimits.peerPartBytes);
      const rest = all.subarray(replicationLimits.peerPartBytes);
      waiting = [rest];
      bytes = rest.length;
    }
  }
  if (bytes > 0) yield Buffer.concat(waiting, bytes);
}

/** Where the other side's session stands, if it refused a part for that. */
function positionIn(error: unknown): number | undefined {
  if (!isRefusal(error, "InvalidLayerPart")) return undefined;
  const { lastValidByteReceived: last } = error.details;
  if (last === undefined || last === null) return 0;
  return typeof last === "number" && Number.isSafeInteger(last) && last >= 0 ? last + 1 : undefined;
}

function badAnswer(operation: string): PeerRefusal {
  return new PeerRefusal("InvalidAnswer", `The peer's answer to ${operation} can not be used`);
}
