import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import type { BuiltIndex, VulnerabilityDatabase } from "../../ports/advisories.ts";
import type { Clock } from "../../ports/clock.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import { deploymentKey } from "../../registry/claim-store.ts";
import type { AccountId } from "../../registry/names.ts";
import { ImportUnderWay, type ImportWish, type IndexDirectory } from "./index-directory.ts";
import { sharedIndexLimits as limits } from "./shared-index-limits.ts";
import type { SqliteAdvisoryIndex } from "./sqlite-advisory-index.ts";

/** The index that all replicas use. Its parts are its file, compressed. */
interface SharedIndex {
  /** Of the file. It says version and time. */
  readonly name: string;
  readonly parts: number;
  /** Of all parts together. */
  readonly sha256: string;
}

interface Published {
  /** As it stands in the settings. */
  readonly text: string;
  readonly shared: SharedIndex;
}

const settingName = "advisory index";

export interface SharedIndexesOptions {
  readonly local: IndexDirectory;
  readonly metadata: Pick<MetadataStore, "settings" | "advisoryParts" | "transaction">;
  readonly clock: Clock;
  readonly account: AccountId;
  /** Told why the shared index could not be taken; the one that is there stays in use. */
  readonly failed: (error: unknown) => void;
}

/**
 * Indexes of a fleet: each replica has the newest in a directory of its own, and takes the one that another
 * has published from the database. Until somebody imports, each has its package's snapshot.
 */
export class SharedIndexes implements VulnerabilityDatabase {
  readonly #options: SharedIndexesOptions;
  #checkedAt: number | undefined;
  #taking: Promise<void> | undefined;

  constructor(options: SharedIndexesOptions) {
    this.#options = options;
  }

  /** Looks for another one every `sharedIndexLimits.checkEveryMs`. */
  async current(): Promise<SqliteAdvisoryIndex | undefined> {
    const { clock, local, failed } = this.#options;
    const now = clock.now();
    const isDue = this.#checkedAt === undefined || now >= this.#checkedAt + limits.checkEveryMs;
    if (isDue) {
      this.#checkedAt = now;
      this.#taking ??= this.#takeShared().then(
        () => undefined,
        (error: unknown) => failed(error),
      );
    }
    await this.#taking;
    this.#taking = undefined;
    return local.current();
  }

  /**
   * Makes an index over the shared one, and publishes it to all replicas.
   * @throws ImportUnderWay also when another replica has published one meanwhile: then that one counts
   */
  async import(wish: ImportWish): Promise<BuiltIndex> {
    const before = await this.#takeShared();
    const built = await this.#options.local.import(wish);
    await this.#share(before);
    return built;
  }

  /**
   * Publishes an index that was made elsewhere to all replicas; `write` makes its file.
   * @throws ImportUnderWay as `import` does; IndexUnreadable for what is none
   */
  async adopt(name: string, write: (path: string) => Promise<void>): Promise<void> {
    const before = await this.#takeShared();
    await this.#options.local.adopt(name, write);
    await this.#share(before);
  }

  close(): void {
    this.#options.local.close();
  }

  /** Publishes the directory's newest, unless another one was published since. */
  async #share(before: Published | undefined): Promise<void> {
    const { local, metadata, account } = this.#options;
    const file = await local.file();
    if (file === undefined || file.name === before?.shared.name) return;
    const shared = await this.#putParts(file);
    const text = JSON.stringify(shared);
    const isPublished = await metadata.transaction(async ({ settings }) =>
      before === undefined
        ? settings.putIfAbsent(deploymentKey(account), settingName, text)
        : settings.replace(deploymentKey(account), settingName, before.text, text),
    );
    if (!isPublished) {
      throw new ImportUnderWay("another replica has imported vulnerability data meanwhile");
    }
    await metadata.transaction(({ advisoryParts }) => advisoryParts.removeOthers(shared.name));
  }

  /** Has the directory point to the shared index. */
  async #takeShared(): Promise<Published | undefined> {
    const { local, metadata, account } = this.#options;
    const text = await metadata.settings.find(deploymentKey(account), settingName);
    if (text === undefined) return undefined;
    const shared = JSON.parse(text) as SharedIndex;
    if ((await local.file())?.name !== shared.name) {
      await local.adopt(shared.name, (path) => this.#write(shared, path));
    }
    return { text, shared };
  }

  async #putParts({ name, path }: { name: string; path: string }): Promise<SharedIndex> {
    const { metadata } = this.#options;
    const hash = createHash("sha256");
    let number = 0;
    const put = async (content: Buffer) => {
      hash.update(content);
      await metadata.transaction(({ advisoryParts }) => advisoryParts.put(name, number, content));
      number += 1;
    };
    await pipeline(createReadStream(path), createZstdCompress(), async (pieces) => {
      let waiting: Buffer[] = [];
      let bytes = 0;
      for await (const piece of pieces as AsyncIterable<Buffer>) {
        waiting.push(piece);
        bytes += piece.length;
        if (bytes < limits.partBytes) continue;
        await put(Buffer.concat(waiting));
        [waiting, bytes] = [[], 0];
      }
      if (bytes > 0) await put(Buffer.concat(waiting));
    });
    return { name, parts: number, sha256: hash.digest("hex") };
  }

  async #write(shared: SharedIndex, path: string): Promise<void> {
    const hash = createHash("sha256");
    const file = createWriteStream(path, { flush: true });
    const parts = Readable.from(this.#partsOf(shared, (content) => hash.update(content)));
    await pipeline(parts, createZstdDecompress(), bounded, file);
    if (hash.digest("hex") !== shared.sha256) {
      throw new Error(`The shared index of advisories ${shared.name} is damaged`);
    }
  }

  async *#partsOf(
    { name, parts }: SharedIndex,
    saw: (content: Uint8Array) => void,
  ): AsyncGenerator<Uint8Array> {
    for (let number = 0; number < parts; number++) {
      const content = await this.#options.metadata.advisoryParts.find(name, number);
      if (content === undefined) {
        throw new Error(`The shared index of advisories ${name} is not whole: import it again`);
      }
      saw(content);
      yield content;
    }
  }
}

async function* bounded(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > limits.indexBytes) throw new Error("The shared index of advisories is too large");
    yield piece;
  }
}
