import type { Clock } from "../../ports/clock.ts";
import type { Egress } from "../../ports/egress.ts";
import { algorithmOf } from "../digest.ts";
import { manifestDigest } from "../images/schema1.ts";
import { limits } from "../limits.ts";
import { type Digest, isDigest } from "../names.ts";
import { wholeDocument } from "../takeover/checked-content.ts";
import { referrersIn } from "../takeover/referrer-list.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";
import { acceptedManifests, manifestType } from "../upstream/manifest-type.ts";
import {
  passing,
  type RegistryAccess,
  RegistryClient,
  type Wanted,
} from "../upstream/registry-client.ts";
import { cacheLimits } from "./cache-limits.ts";
import type { FetchedManifest, OpenedLayer, Upstream } from "./upstream.ts";

/** What is done at an upstream, by ECR's name for it. */
export type UpstreamAction =
  | "ecr:BatchGetImage"
  | "ecr:GetAuthorizationToken"
  | "ecr:GetDownloadUrlForLayer";

/** Rejects where whoever asks an upstream may not do this to the repository of that name. */
export type UpstreamGuard = (action: UpstreamAction, name: string) => Promise<void>;

export interface RemoteOptions {
  /** By default everybody may everything: the upstream itself decides. */
  readonly guard?: UpstreamGuard;
  /** What was shown is not good, or not any more. */
  readonly refused?: () => void;
}

/** An upstream that is asked by the OCI Distribution API. */
export class RemoteUpstream implements Upstream {
  readonly #client: RegistryClient;
  readonly #clock: Clock;
  readonly #guard: UpstreamGuard;
  readonly #refused: () => void;
  /** Until when it is left alone, since it did not answer or was asked too often. */
  #quietUntil = 0;
  #quietBecause = new TakeoverFailure("passing", "");

  constructor(
    egress: Egress,
    access: RegistryAccess,
    clock: Clock,
    { guard = async () => undefined, refused = () => undefined }: RemoteOptions = {},
  ) {
    this.#client = new RegistryClient(egress, access, clock);
    this.#clock = clock;
    this.#guard = guard;
    this.#refused = refused;
  }

  async signIn(): Promise<void> {
    const wanted = { path: "/v2/", scope: "", maximumBytes: limits.manifestBytes };
    const { body } = await this.#ask({ ...wanted, timeoutMs: cacheLimits.documentTimeoutMs });
    body.destroy();
  }

  async manifest(name: string, reference: string): Promise<FetchedManifest> {
    await this.#guard("ecr:BatchGetImage", name);
    const { manifestBytes: maximumBytes } = limits;
    const { headers, body } = await this.#ask({
      ...{
        path: `/v2/${name}/manifests/${reference}`,
        accept: acceptedManifests,
        scope: scopeOf(name),
      },
      ...{ maximumBytes, timeoutMs: cacheLimits.documentTimeoutMs },
    });
    const bytes = await wholeDocument(passing(body), `The manifest ${reference}`, maximumBytes);
    const declared = headers.get("content-type")?.split(";")[0]?.trim();
    // Some say "application/json" for all.
    const mediaType = manifestType(bytes) ?? declared;
    const algorithm = isDigest(reference) ? algorithmOf(reference) : undefined;
    const digest = manifestDigest(bytes, mediaType, algorithm);
    if (isDigest(reference) && digest !== reference) {
      const sentence = `${this.#client.origin} gives another manifest for ${reference}`;
      throw new TakeoverFailure("refused", sentence);
    }
    return { digest, bytes, mediaType };
  }

  async digestOf(name: string, tag: string): Promise<Digest | undefined> {
    await this.#guard("ecr:BatchGetImage", name);
    const { headers, body } = await this.#ask({
      ...{
        method: "HEAD",
        path: `/v2/${name}/manifests/${tag}`,
        accept: acceptedManifests,
        scope: scopeOf(name),
      },
      ...{ maximumBytes: limits.manifestBytes, timeoutMs: cacheLimits.documentTimeoutMs },
    });
    body.destroy();
    const said = headers.get("docker-content-digest");
    return said !== undefined && isDigest(said) ? said : undefined;
  }

  async layer(name: string, digest: Digest): Promise<OpenedLayer> {
    await this.#guard("ecr:GetDownloadUrlForLayer", name);
    const { headers, body } = await this.#ask({
      ...{ path: `/v2/${name}/blobs/${digest}`, scope: scopeOf(name) },
      ...{ maximumBytes: limits.layerBytes, timeoutMs: cacheLimits.layerTimeoutMs },
    });
    const length = headers.get("content-length");
    const sizeBytes =
      length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
    return { sizeBytes, content: body };
  }

  async referrers(name: string, subject: Digest): Promise<readonly Digest[]> {
    await this.#guard("ecr:BatchGetImage", name);
    const { manifestBytes: maximumBytes } = limits;
    const wanted = { path: `/v2/${name}/referrers/${subject}`, scope: scopeOf(name), maximumBytes };
    try {
      const { body } = await this.#ask({ ...wanted, timeoutMs: cacheLimits.documentTimeoutMs });
      return referrersIn(await wholeDocument(passing(body), "The referrers", maximumBytes));
    } catch (error) {
      if (error instanceof TakeoverFailure && error.kind === "missing") return [];
      throw error;
    }
  }

  async #ask(wanted: Wanted) {
    if (this.#clock.now() < this.#quietUntil) throw this.#quietBecause;
    try {
      return await this.#client.get(wanted);
    } catch (error) {
      if (error instanceof TakeoverFailure) this.#learn(error);
      throw error;
    }
  }

  /** Who is asked too often, or does not answer at all, is left alone for a while. */
  #learn(failure: TakeoverFailure): void {
    if (failure.status === 401) this.#refused();
    const pauseMs = pauseOf(failure);
    if (pauseMs === undefined) return;
    this.#quietUntil = this.#clock.now() + pauseMs;
    this.#quietBecause = failure;
  }
}

function pauseOf({ kind, status, retryAfterMs }: TakeoverFailure): number | undefined {
  const { throttledMs, throttledMostMs, failingMs } = cacheLimits;
  if (status === 429) return Math.min(retryAfterMs ?? throttledMs, throttledMostMs);
  return kind === "passing" && status === undefined ? failingMs : undefined;
}

function scopeOf(name: string): string {
  return `repository:${name}:pull`;
}
