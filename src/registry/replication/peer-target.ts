import {
  isRefusal,
  listOf,
  type PeerAnswer,
  PeerRefusal,
  type PeerRegistry,
} from "../../ports/peer-registry.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Image } from "../images/image.ts";
import { type Digest, type Registry, repositoryArn, type Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { RemovedLater } from "./alive-at.ts";
import type { Removal, RemovalFailure } from "./apply-removals.ts";
import type { SettingValues } from "./carried-settings.ts";
import type { ReplicationTarget } from "./copy-image.ts";
import type { ReplicationKey, ReplicationUpload } from "./image-replication.ts";
import type { SourceLayer } from "./read-source.ts";
import { failuresOf, idOf, removePlain } from "./remove-at-peer.ts";
import type { DatedTag } from "./replica.ts";
import { replicationLimits } from "./replication-limits.ts";
import { type AskPeer, putSettingsAtPeer } from "./settings-at-peer.ts";

/**
 * The repository of the same name in a registry of another deployment, over ECR's API. What this
 * deployment may do there is decided there. Layers go in parts, and go on where they stood, also after
 * a restart of either side; layers that are there are not sent. Memory: one part.
 */
export class PeerTarget implements ReplicationTarget {
  readonly #ports: Ports;
  readonly #peer: PeerRegistry;
  readonly #source: Repository;
  readonly #destination: Registry;

  constructor(ports: Ports, peer: PeerRegistry, source: Repository, destination: Registry) {
    this.#ports = ports;
    this.#peer = peer;
    this.#source = source;
    this.#destination = destination;
  }

  /** The peer decides, with each request. */
  async admit(): Promise<void> {}

  get destination(): Registry {
    return this.#destination;
  }

  async prepare(signal: AbortSignal): Promise<boolean> {
    const { name: repositoryName } = this.#source;
    const { account: registryId } = this.#destination;
    try {
      await this.#ask("DescribeRepositories", { repositoryNames: [repositoryName] }, signal, {});
      return false;
    } catch (error) {
      if (!isRefusal(error, "RepositoryNotFound")) throw error;
      await this.#createRepository({ registryId, repositoryName }, signal);
      return true;
    }
  }

  async hasImage(digest: Digest, signal: AbortSignal): Promise<boolean> {
    try {
      const imageIds = [{ imageDigest: digest }];
      const { imageDetails } = await this.#ask("DescribeImages", { imageIds }, signal);
      const [detail] = listOf(imageDetails);
      // ECR itself says nothing of the state of an image that was never archived.
      return detail !== undefined && (detail.imageStatus ?? "ACTIVE") === "ACTIVE";
    } catch (error) {
      if (isRefusal(error, "ImageNotFound")) return false;
      throw error;
    }
  }

  async missingLayers(digests: readonly Digest[], signal: AbortSignal): Promise<readonly Digest[]> {
    const missing: Digest[] = [];
    const { peerLayersAsked } = replicationLimits;
    for (let from = 0; from < digests.length; from += peerLayersAsked) {
      const layerDigests = digests.slice(from, from + peerLayersAsked);
      const input = { layerDigests };
      const { layers } = await this.#ask("BatchCheckLayerAvailability", input, signal);
      const there = new Set(
        listOf(layers)
          .filter(({ layerAvailability }) => layerAvailability === "AVAILABLE")
          .map(({ layerDigest }) => layerDigest),
      );
      missing.push(...layerDigests.filter((digest) => !there.has(digest)));
    }
    return missing;
  }

  async putLayer(layer: SourceLayer, signal: AbortSignal): Promise<void> {
    const key = this.#key(layer.digest);
    if (isOnePart(layer)) {
      // Nothing to go on with: it is sent whole, and no commit is spent on where it stands.
      await this.#send(layer, { ...key, uploadId: await this.#begin(signal), offset: 0 }, signal);
      return;
    }
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

  async putImage(
    image: Image,
    manifest: Uint8Array,
    tags: readonly Tag[],
    alive: number,
    signal: AbortSignal,
  ): Promise<void> {
    const input = {
      imageManifest: Buffer.from(manifest).toString("utf8"),
      imageManifestMediaType: image.mediaType,
      imageDigest: image.digest,
    };
    const dated = await this.#stillTagged(image.digest, tags);
    try {
      const replica = { ...this.#replica(input, dated), aliveAt: alive };
      const { isRemoved } = await this.#askEntrepot("PutReplica", replica, signal);
      if (isRemoved === true) throw new RemovedLater();
      return;
    } catch (error) {
      // ECR itself, which knows no such thing.
      if (!isRefusal(error, "UnknownOperation")) throw error;
    }
    await this.#putPlain(input, signal);
    for (const { tag } of dated) {
      // One that was moved meanwhile comes with the image that it names now.
      const [still] = await this.#stillTagged(image.digest, [tag]);
      if (still !== undefined) await this.#putPlain({ ...input, imageTag: tag }, signal);
    }
  }

  async remove(
    removals: readonly Removal[],
    signal: AbortSignal,
  ): Promise<readonly RemovalFailure[]> {
    try {
      return await this.#removeReplicas(removals, signal);
    } catch (error) {
      if (isRefusal(error, "RepositoryNotFound")) return [];
      if (!isRefusal(error, "UnknownOperation")) throw error;
    }
    return removePlain((operation, input) => this.#ask(operation, input, signal), removals);
  }

  async putSettings(values: SettingValues, signal: AbortSignal): Promise<void> {
    const resourceArn = repositoryArn(this.#destination, this.#source.name);
    const peer: AskPeer = {
      ask: (operation, input) => this.#ask(operation, input, signal),
      byArn: (operation, input) =>
        this.#peer.ask("ecr", operation, { resourceArn, ...input }, signal),
    };
    try {
      await putSettingsAtPeer(peer, values);
    } catch (error) {
      if (!isRefusal(error, "RepositoryNotFound")) throw error;
    }
  }

  async #removeReplicas(
    removals: readonly Removal[],
    signal: AbortSignal,
  ): Promise<readonly RemovalFailure[]> {
    const { account: registryId, region } = this.#source.registry;
    const { failures } = await this.#askEntrepot(
      "RemoveReplicas",
      {
        source: { region, registryId },
        removals: removals.map(({ at, ...removal }) => ({ ...idOf(removal), removedAt: at })),
      },
      signal,
    );
    return failuresOf(failures, removals);
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

  async #createRepository(input: object, signal: AbortSignal): Promise<void> {
    try {
      await this.#peer.ask("ecr", "CreateRepository", input, signal);
    } catch (error) {
      if (!isRefusal(error, "RepositoryAlreadyExists")) throw error;
    }
  }

  /** Of the tags those that name the image still, and since when. */
  async #stillTagged(digest: Digest, tags: readonly Tag[]): Promise<DatedTag[]> {
    const { metadata } = this.#ports;
    const found: DatedTag[] = [];
    for (const tag of tags) {
      if ((await metadata.tags.find(this.#source, tag)) !== digest) continue;
      const [last] = await metadata.tags.history(this.#source, tag, { limit: 1 });
      if (last !== undefined) found.push({ tag, at: last.at });
    }
    return found;
  }

  #replica(input: object, tags: readonly DatedTag[]) {
    const { account: registryId, region } = this.#source.registry;
    const moves = tags.map(({ tag, at }) => ({ imageTag: tag, movedAt: at }));
    return { ...input, tags: moves, source: { region, registryId } };
  }

  async #putPlain(input: object, signal: AbortSignal): Promise<void> {
    try {
      await this.#ask("PutImage", input, signal);
    } catch (error) {
      // It has it so already; or the tag is immutable there, and the image comes without it.
      if (isRefusal(error, "ImageAlreadyExists") || isRefusal(error, "ImageTagAlreadyExists")) {
        return;
      }
      throw error;
    }
  }

  #ask(
    operation: string,
    input: object,
    signal: AbortSignal,
    members: object = { repositoryName: this.#source.name },
  ): Promise<PeerAnswer> {
    const { account: registryId } = this.#destination;
    return this.#peer.ask("ecr", operation, { registryId, ...members, ...input }, signal);
  }

  #askEntrepot(operation: string, input: object, signal: AbortSignal): Promise<PeerAnswer> {
    const { account: registryId } = this.#destination;
    const members = { registryId, repositoryName: this.#source.name, ...input };
    return this.#peer.ask("entrepot", operation, members, signal);
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
