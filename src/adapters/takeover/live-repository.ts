import { Readable } from "node:stream";
import type {
  ContentOfManifest,
  SourceReference,
  SourceRepository,
} from "../../ports/takeover-source.ts";
import { algorithmOf } from "../../registry/digest.ts";
import { isRegistryError } from "../../registry/errors.ts";
import { manifestDigest } from "../../registry/images/schema1.ts";
import { limits } from "../../registry/limits.ts";
import type { Digest } from "../../registry/names.ts";
import { checkedContent, wholeDocument } from "../../registry/takeover/checked-content.ts";
import { referrersIn } from "../../registry/takeover/referrer-list.ts";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";
import { takeoverLimits } from "../../registry/takeover/takeover-limits.ts";
import type { TakeoverSettings } from "../../registry/takeover/takeover-settings.ts";
import { acceptedManifests, manifestType } from "../../registry/upstream/manifest-type.ts";
import { passing, type RegistryClient } from "../../registry/upstream/registry-client.ts";

/** Manifests that were read for their tags, and are asked for next. */
const mostKept = 128;

export interface LiveParts {
  readonly client: RegistryClient;
  readonly name: string;
  readonly settings: () => Promise<TakeoverSettings>;
  readonly references: () => AsyncIterable<SourceReference>;
}

/** A repository of a registry that speaks OCI Distribution, whichever way its tags are listed. */
export class LiveRepository implements SourceRepository {
  readonly name: string;
  readonly #parts: LiveParts;
  readonly #kept = new Map<Digest, ContentOfManifest>();
  #hasReferrers = true;

  constructor(parts: LiveParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  settings(): Promise<TakeoverSettings> {
    return this.#parts.settings();
  }

  references(): AsyncIterable<SourceReference> {
    return this.#parts.references();
  }

  async resolve(tag: string): Promise<Digest> {
    const { bytes, mediaType } = await this.#manifest(tag);
    const digest = digestIn({ bytes, mediaType });
    this.#kept.set(digest, { digest, bytes, mediaType });
    if (this.#kept.size > mostKept) this.#kept.delete([...this.#kept.keys()][0]!);
    return digest;
  }

  async manifest(digest: Digest): Promise<ContentOfManifest> {
    const kept = this.#kept.get(digest);
    if (this.#kept.delete(digest) && kept !== undefined) return kept;
    const { bytes, mediaType } = await this.#manifest(digest);
    if (digestIn({ bytes, mediaType }, digest) === digest) return { digest, bytes, mediaType };
    throw new TakeoverFailure("refused", `The manifest that came for ${digest} is another one`);
  }

  async content(digest: Digest, sizeBytes: number): Promise<Readable> {
    const wanted = { path: this.#path(`blobs/${digest}`), maximumBytes: sizeBytes };
    const { body } = await this.#parts.client.get({ ...wanted, scope: this.#scope });
    const checked = checkedContent(passing(body), digest, sizeBytes);
    return Readable.from(checked, { objectMode: false });
  }

  /** A registry without such lists keeps them under tags, which come as tags. */
  async referrers(digest: Digest): Promise<readonly Digest[]> {
    if (!this.#hasReferrers) return [];
    const { listBytes: maximumBytes } = takeoverLimits;
    const wanted = { path: this.#path(`referrers/${digest}`), maximumBytes, scope: this.#scope };
    try {
      const { body } = await this.#parts.client.get(wanted);
      return referrersIn(await wholeDocument(passing(body), "The referrers", maximumBytes));
    } catch (error) {
      if (!(error instanceof TakeoverFailure) || error.kind !== "missing") throw error;
      this.#hasReferrers = false;
      return [];
    }
  }

  async #manifest(reference: string): Promise<Omit<ContentOfManifest, "digest">> {
    const path = this.#path(`manifests/${reference}`);
    const wanted = { path, accept: acceptedManifests, scope: this.#scope };
    const { manifestBytes: maximumBytes } = limits;
    const { headers, body } = await this.#parts.client.get({ ...wanted, maximumBytes });
    const bytes = await wholeDocument(passing(body), `The manifest ${reference}`, maximumBytes);
    const declared = headers.get("content-type")?.split(";")[0]?.trim();
    // Some say "application/json" for all.
    return { bytes, mediaType: manifestType(bytes) ?? declared };
  }

  #path(rest: string): string {
    return `/v2/${this.name}/${rest}`;
  }

  get #scope(): string {
    return `repository:${this.name}:pull`;
  }
}

/** @throws TakeoverFailure where a signed manifest is malformed */
function digestIn({ bytes, mediaType }: Omit<ContentOfManifest, "digest">, named?: Digest): Digest {
  try {
    return manifestDigest(bytes, mediaType, algorithmOf(named));
  } catch (error) {
    if (!isRegistryError(error)) throw error;
    throw new TakeoverFailure("refused", `The manifest can not be read: ${error.message}`);
  }
}
