import type { ImageSource, SourceImage } from "../../ports/image-source.ts";
import type { TarFiles } from "./tar-files.ts";

/** A tar archive of a whole file system, as `docker export` writes it, as one layer. */
export class RootArchive implements ImageSource {
  readonly #files: TarFiles;
  readonly #name: string;

  constructor(files: TarFiles, name: string) {
    this.#files = files;
    this.#name = name;
  }

  async image(): Promise<SourceImage> {
    return {
      ...{ name: this.#name, digest: "" },
      configMediaType: "application/vnd.oci.image.config.v1+json",
      layers: [
        {
          mediaType: "application/vnd.oci.image.layer.v1.tar",
          open: async () => this.#files.whole(),
        },
      ],
    };
  }

  close(): Promise<void> {
    return this.#files.close();
  }
}
