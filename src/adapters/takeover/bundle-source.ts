import type { SourceRepository, TakeoverSource } from "../../ports/takeover-source.ts";
import type { Digest } from "../../registry/names.ts";
import type { BundledRepository } from "../../registry/takeover/bundle-document.ts";
import type { TakeoverSettings } from "../../registry/takeover/takeover-settings.ts";
import type { VerifiedBundle } from "./bundle-reader.ts";
import { StoredRepository } from "./layout-source.ts";

/** What is in a bundle that was verified. Contents that the other side had when it was made are not. */
export class BundleSource implements TakeoverSource {
  readonly #bundle: VerifiedBundle;

  constructor(bundle: VerifiedBundle) {
    this.#bundle = bundle;
  }

  async *repositories(): AsyncGenerator<SourceRepository> {
    const find = async (digest: Digest) => this.#bundle.find(digest);
    for (const repository of this.#bundle.document.repositories) {
      yield new BundledImages(repository, find);
    }
  }

  async close(): Promise<void> {}
}

class BundledImages extends StoredRepository {
  readonly #settings: TakeoverSettings;

  constructor(
    { name, references, settings }: BundledRepository,
    find: ConstructorParameters<typeof StoredRepository>[2],
  ) {
    super(name, references, find);
    this.#settings = settings;
  }

  override async settings(): Promise<TakeoverSettings> {
    return this.#settings;
  }
}
