import { Readable } from "node:stream";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { requireReadable } from "../gates/require-pullable.ts";
import { getImage } from "../images/get-image.ts";
import { listReferrers } from "../images/list-images.ts";
import { findLayer } from "../layers/find-layer.ts";
import { readLayer } from "../layers/read-layer.ts";
import { type Digest, isDigest, isTag, type Registry, type RepositoryName } from "../names.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";
import { cacheLimits } from "./cache-limits.ts";
import type { UpstreamGuard } from "./remote-upstream.ts";
import type { FetchedManifest, OpenedLayer, Upstream } from "./upstream.ts";

/**
 * Another registry of this deployment, read as any reader would read it: rights, gates, archives, keys
 * and times of pulls hold. What it is itself a cache of, it does not fetch.
 */
export class OwnUpstream implements Upstream {
  readonly #ports: Ports;
  readonly #registry: Registry;
  readonly #guard: UpstreamGuard;

  /** @param ports in the name of who reads */
  constructor(ports: Ports, registry: Registry, guard: UpstreamGuard) {
    this.#ports = ports;
    this.#registry = registry;
    this.#guard = guard;
  }

  async signIn(): Promise<void> {
    await this.#guard("ecr:GetAuthorizationToken", "*");
  }

  async manifest(name: string, reference: string): Promise<FetchedManifest> {
    const { image, manifest } = await this.#image(name, reference, true);
    return { digest: image.digest, bytes: manifest, mediaType: image.mediaType };
  }

  async digestOf(name: string, tag: string): Promise<Digest | undefined> {
    return (await this.#image(name, tag, false)).image.digest;
  }

  async layer(name: string, digest: Digest): Promise<OpenedLayer> {
    await this.#guard("ecr:GetDownloadUrlForLayer", name);
    return found(async () => {
      const layer = await findLayer(this.#ports, this.#registry, name as RepositoryName, digest);
      const { repository, object, isPullable } = layer;
      await requireReadable(this.#ports, { repository, digest, isPullable });
      const pieces = readLayer(this.#ports, { repository, object });
      return { sizeBytes: object.sizeBytes, content: Readable.from(copied(pieces)) };
    });
  }

  async referrers(name: string, subject: Digest): Promise<readonly Digest[]> {
    await this.#guard("ecr:BatchGetImage", name);
    const page = { limit: cacheLimits.referrers, after: undefined };
    const filter = { states: ["ACTIVE"] } as const;
    return found(async () => {
      const repository = name as RepositoryName;
      const of = await listReferrers(
        this.#ports,
        this.#registry,
        repository,
        subject,
        page,
        filter,
      );
      return of.map(({ digest }) => digest);
    });
  }

  async #image(name: string, reference: string, pull: boolean) {
    await this.#guard("ecr:BatchGetImage", name);
    if (!isDigest(reference) && !isTag(reference)) throw missing(`'${reference}' names no image`);
    const named = isDigest(reference) ? { digest: reference } : { tag: reference };
    return found(() =>
      getImage(this.#ports, this.#registry, name as RepositoryName, named, { pull }),
    );
  }
}

/** What is read may be overwritten once the second next piece was asked for. */
async function* copied(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

/** As a registry elsewhere would say it. */
async function found<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const absent = [
      "RepositoryNotFound",
      "ImageNotFound",
      "LayersNotFound",
      "ImageArchived",
    ] as const;
    if (absent.some((kind) => isRegistryError(error, kind))) throw missing(error.message);
    throw new TakeoverFailure("refused", error.message, undefined, 403);
  }
}

function missing(sentence: string): TakeoverFailure {
  return new TakeoverFailure("missing", sentence, undefined, 404);
}
