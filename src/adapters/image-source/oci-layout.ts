import { Readable } from "node:stream";
import type { ContentFiles } from "../../ports/content-files.ts";
import type {
  ImageChoice,
  ImageSource,
  SourceImage,
  SourceLayer,
} from "../../ports/image-source.ts";
import { isIndexType } from "../../registry/images/parse-manifest.ts";
import type { Digest } from "../../registry/names.ts";
import { outsideLimits } from "../../registry/scanning/outside/outside-limits.ts";
import {
  childrenOf,
  chooseImage,
  readSourceManifest,
  type SourceDescriptor,
} from "../../registry/scanning/outside/source-manifest.ts";
import { documentJson } from "../../registry/scanning/sbom/document-json.ts";
import { ScanRefusal } from "../../registry/scanning/scan-refusal.ts";
import { scanningLimits } from "../../registry/scanning/scanning-limits.ts";
import { verified, wholeStream } from "./content-files.ts";
import { asRefusal } from "./refused-document.ts";

/** Whether these files are a layout of images. Source: image-spec 1.1, "Image Layout". */
export async function isOciLayout(files: ContentFiles): Promise<boolean> {
  return (await files.find("index.json")) !== undefined;
}

/** Images as a layout has them, in a directory or an archive: `docker save` writes them so, too. */
export class OciLayout implements ImageSource {
  readonly #files: ContentFiles;
  readonly #name: string;

  constructor(files: ContentFiles, name: string) {
    this.#files = files;
    this.#name = name;
  }

  async image(choice: ImageChoice): Promise<SourceImage> {
    const index = await this.#files.find("index.json");
    if (index === undefined) throw new ScanRefusal("FAILED", "There is no index.json in it");
    const text = await wholeStream(index.stream(), "index.json", outsideLimits.listBytes);
    const listed = childrenOf(asRefusal("index.json", () => documentJson(text)));
    let chosen = chooseImage(listed, choice);
    const name = this.#nameOf(chosen);
    for (let depth = 0; isIndexType(chosen.mediaType); depth++) {
      if (depth === outsideLimits.indexDepth) {
        throw new ScanRefusal("FAILED", "Indexes are in indexes without end");
      }
      const bytes = await this.#small(chosen.digest, outsideLimits.listBytes);
      const { children } = readSourceManifest(bytes, chosen.mediaType);
      chosen = chooseImage(children, { ...choice, name: undefined });
    }
    return this.#image(chosen, name);
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  /** Some name an image by its tag alone. */
  #nameOf({ names: [name] }: SourceDescriptor): string {
    if (name === undefined) return this.#name;
    return /[/:]/.test(name) ? name : `${this.#name}:${name}`;
  }

  async #image({ digest, mediaType }: SourceDescriptor, name: string): Promise<SourceImage> {
    const bytes = await this.#small(digest, outsideLimits.listBytes);
    const { config, layers } = readSourceManifest(bytes, mediaType);
    if (config === undefined) throw new ScanRefusal("FAILED", "The manifest has no config");
    return {
      ...{ name, digest, configMediaType: config.mediaType },
      config: await this.#small(config.digest, scanningLimits.configBytes),
      layers: layers.map((layer) => this.#layer(layer)),
    };
  }

  #layer({ mediaType, digest, isForeign }: SourceDescriptor): SourceLayer {
    const open = async () => {
      const file = await this.#files.find(pathOf(digest));
      if (file === undefined && isForeign) return undefined;
      if (file === undefined) throw new ScanRefusal("FAILED", `The layer ${digest} is not in it`);
      return Readable.from(verified(file.stream(), digest), { objectMode: false });
    };
    return { mediaType, digest, open };
  }

  async #small(digest: Digest, maxBytes: number): Promise<Uint8Array> {
    const file = await this.#files.find(pathOf(digest));
    if (file === undefined) throw new ScanRefusal("FAILED", `${digest} is not in it`);
    const content = Readable.from(verified(file.stream(), digest), { objectMode: false });
    return wholeStream(content, digest, maxBytes);
  }
}

function pathOf(digest: Digest): string {
  return `blobs/${digest.replace(":", "/")}`;
}
