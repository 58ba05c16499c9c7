import { request } from "node:http";
import type { ContainerRuntime, RunningImage } from "../../ports/container-runtime.ts";
import { parseImageReference } from "../../registry/images-in-use/image-reference.ts";
import { limits } from "../../registry/limits.ts";

/** As far as it is looked at. Source: Docker Engine API 1.48, ContainerList. */
interface Container {
  /** `sha256:…`, whatever that is a digest of. */
  readonly ImageID?: string;
  /** As the container was started by. */
  readonly Image?: string;
  /** From Docker 28 on, where it keeps images in containerd: the manifest for this machine. */
  readonly ImageManifestDescriptor?: { readonly digest?: string } | null;
}

/** Source: Docker Engine API, ImageInspect. */
interface Image {
  /** `host/name@sha256:…`; podman has the manifest for this machine beside what was pulled. */
  readonly RepoDigests?: readonly string[] | null;
}

const imageId = /^[0-9a-zA-Z:]{1,150}$/;

/** Docker, or podman that speaks like it, at a Unix socket. */
export class DockerRuntime implements ContainerRuntime {
  readonly name: string;
  readonly #socket: string;
  readonly #timeoutMs: number;

  constructor(socket: string, timeoutMs: number = limits.runtimeTimeoutMs) {
    this.#timeoutMs = timeoutMs;
    this.name = `Docker at ${socket}`;
    this.#socket = socket;
  }

  async runningImages(): Promise<readonly RunningImage[]> {
    const containers = await this.#containers();
    const inspected = new Map<string, Image | undefined>();
    const running: RunningImage[] = [];
    for (const container of containers) {
      const { ImageID: id = "" } = container;
      if (!inspected.has(id)) inspected.set(id, await this.#image(id));
      running.push(...imagesOf(container, inspected.get(id)));
    }
    return running;
  }

  async #containers(): Promise<readonly Container[]> {
    const containers = await this.#get("/containers/json");
    if (!Array.isArray(containers)) throw new Error("it does not speak like Docker");
    if (containers.length > limits.runtimeContainers) {
      throw new Error(`it runs more than ${limits.runtimeContainers} containers`);
    }
    return containers as Container[];
  }

  /** `undefined` for one that was removed under its container. */
  async #image(id: string): Promise<Image | undefined> {
    return imageId.test(id) ? ((await this.#get(`/images/${id}/json`)) as Image) : undefined;
  }

  #get(path: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(this.#timeoutMs);
      const options = { socketPath: this.#socket, path, agent: false as const, signal };
      const sent = request({ ...options, headers: { host: "localhost" } }, (response) => {
        const { statusCode } = response;
        const pieces: Buffer[] = [];
        let bytes = 0;
        response.on("data", (piece: Buffer) => {
          bytes += piece.length;
          if (bytes > limits.runtimeReplyBytes) response.destroy(new Error("it answers too much"));
          else pieces.push(piece);
        });
        response.on("error", reject).on("end", () => {
          if (statusCode === 404) return resolve(undefined);
          if (statusCode !== 200) return reject(new Error(`it answers with status ${statusCode}`));
          try {
            resolve(JSON.parse(Buffer.concat(pieces).toString()));
          } catch {
            reject(new Error("it does not speak like Docker"));
          }
        });
      });
      sent.on("error", (error) => {
        reject(signal.aborted ? new Error("it does not answer in time") : error);
      });
      sent.end();
    });
  }
}

function imagesOf(container: Container, image: Image | undefined): RunningImage[] {
  const names = [...(image?.RepoDigests ?? []), container.Image ?? ""];
  const chosen = container.ImageManifestDescriptor?.digest;
  return names.flatMap((name) => {
    const { repository, digest } = parseImageReference(name);
    if (digest === undefined) return [];
    const digests = chosen === undefined ? [digest] : [digest, chosen];
    return digests.map((each) => ({ repository, digest: each }));
  });
}
