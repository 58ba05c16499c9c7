import {
  isRefusal,
  listOf,
  type PeerAnswer,
  PeerRefusal,
  type PeerRegistry,
} from "../../ports/peer-registry.ts";
import type { Ports } from "../../ports/ports.ts";
import { type Digest, type Registry, repositoryArn, type Tag } from "../names.ts";
import { RemovedLater } from "./alive-at.ts";
import type { Removal, RemovalFailure } from "./apply-removals.ts";
import type { SettingValues } from "./carried-settings.ts";
import type { ArrivingImage, Prepared, ReplicationTarget, SourceRepository } from "./copy-image.ts";
import { PeerLayers } from "./peer-layers.ts";
import type { SourceLayer } from "./read-source.ts";
import { failuresOf, idOf, removePlain } from "./remove-at-peer.ts";
import type { DatedTag } from "./replica.ts";
import { replicationLimits } from "./replication-limits.ts";
import { type AskPeer, putSettingsAtPeer } from "./settings-at-peer.ts";

/**
 * The repository of the same name in a registry of another deployment, over ECR's API. What this
 * deployment may do there is decided there. Layers that are there are not sent.
 */
export class PeerTarget implements ReplicationTarget {
  readonly #ports: Ports;
  readonly #peer: PeerRegistry;
  readonly #source: SourceRepository;
  readonly #destination: Registry;
  readonly #layers: PeerLayers;
  /** `undefined` until it has been asked to. */
  #takesReplicas: boolean | undefined;

  constructor(ports: Ports, peer: PeerRegistry, source: SourceRepository, destination: Registry) {
    this.#ports = ports;
    this.#peer = peer;
    this.#source = source;
    this.#destination = destination;
    this.#layers = new PeerLayers(ports, peer, source, destination);
  }

  /** The peer decides, with each request. */
  async admit(): Promise<void> {}

  get destination(): Registry {
    return this.#destination;
  }

  get needsOrder(): boolean {
    return this.#takesReplicas !== true;
  }

  /** What it says of the layers says whether the repository is there. */
  async prepare(digests: readonly Digest[], alive: number, signal: AbortSignal): Promise<Prepared> {
    const { name: repositoryName } = this.#source;
    try {
      if (digests.length > 0) {
        return { isNew: false, missing: await this.missingLayers(digests, signal) };
      }
      await this.#ask("DescribeRepositories", { repositoryNames: [repositoryName] }, signal, {});
      return { isNew: false, missing: [] };
    } catch (error) {
      if (!isRefusal(error, "RepositoryNotFound")) throw error;
      await this.#createRepository(alive, signal);
      return { isNew: true, missing: digests };
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

  putLayers(layers: readonly SourceLayer[], signal: AbortSignal): Promise<void> {
    return this.#layers.put(layers, signal);
  }

  /** @throws PeerRefusal PlatformsNotSupported where ECR itself wants all that an index lists */
  async putImage(arriving: ArrivingImage, signal: AbortSignal): Promise<void> {
    const { image, manifest, tags, alive, mayLack } = arriving;
    const input = {
      imageManifest: Buffer.from(manifest).toString("utf8"),
      imageManifestMediaType: image.mediaType,
      imageDigest: image.digest,
    };
    const dated = await this.#stillTagged(image.digest, tags);
    const absent = mayLack.size === 0 ? {} : { absentImageDigests: [...mayLack] };
    const replica = { ...this.#replica(input, dated), ...absent, aliveAt: alive };
    if (await this.#putReplica(replica, signal)) return;
    if (mayLack.size > 0) {
      const sentence = "ECR takes no index without all that it lists";
      throw new PeerRefusal("PlatformsNotSupported", sentence);
    }
    await this.#putPlain(input, signal);
    for (const { tag } of dated) {
      // One that was moved meanwhile comes with the image that it names now.
      const [still] = await this.#stillTagged(image.digest, [tag]);
      if (still !== undefined) await this.#putPlain({ ...input, imageTag: tag }, signal);
    }
  }

  /** False where it is ECR itself, which knows no such thing. */
  async #putReplica(replica: object, signal: AbortSignal): Promise<boolean> {
    if (this.#takesReplicas === false) return false;
    try {
      const { isRemoved } = await this.#askEntrepot("PutReplica", replica, signal);
      this.#takesReplicas = true;
      if (isRemoved === true) throw new RemovedLater();
      return true;
    } catch (error) {
      if (!isRefusal(error, "UnknownOperation")) throw error;
      this.#takesReplicas = false;
      return false;
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

  /**
   * ECR itself knows no times and no trash: there the repository stays.
   * @throws PeerRefusal RepositoryNotRemovable
   */
  async removeRepository(removedAt: number, signal: AbortSignal): Promise<void> {
    const input = { removedAt, ...this.#from };
    try {
      await this.#askEntrepot("RemoveReplicaRepository", input, signal);
    } catch (error) {
      if (!isRefusal(error, "UnknownOperation")) throw error;
      const sentence = "It can not be told whether something in the repository there is later";
      throw new PeerRefusal("RepositoryNotRemovable", sentence);
    }
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
    const { failures } = await this.#askEntrepot(
      "RemoveReplicas",
      {
        ...this.#from,
        removals: removals.map(({ at, ...removal }) => ({ ...idOf(removal), removedAt: at })),
      },
      signal,
    );
    return failuresOf(failures, removals);
  }

  /** Another Entrepot makes it as its template says, unless it was removed there later. */
  async #createRepository(aliveAt: number, signal: AbortSignal): Promise<void> {
    try {
      const input = { aliveAt, ...this.#from };
      const { isRemoved } = await this.#askEntrepot("CreateReplicaRepository", input, signal);
      if (isRemoved === true) throw new RemovedLater();
      return;
    } catch (error) {
      if (!isRefusal(error, "UnknownOperation")) throw error;
    }
    try {
      await this.#ask("CreateRepository", {}, signal);
    } catch (error) {
      if (!isRefusal(error, "RepositoryAlreadyExists")) throw error;
    }
  }

  /** Where copies come from, as another Entrepot is told. */
  get #from() {
    const { account: registryId, region } = this.#source.registry;
    return { source: { region, registryId } };
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
    const moves = tags.map(({ tag, at }) => ({ imageTag: tag, movedAt: at }));
    return { ...input, tags: moves, ...this.#from };
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
}
