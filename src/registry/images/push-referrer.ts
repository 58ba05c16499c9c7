import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { digestOf } from "../digest.ts";
import { completeUpload } from "../layers/complete-upload.ts";
import { appendToUpload, startUpload } from "../layers/upload-layer.ts";
import { metadataWith } from "../metadata-with.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import type { Image } from "./image.ts";
import { mediaTypes } from "./parse-manifest.ts";
import { putImage } from "./put-image.ts";

const emptyType = "application/vnd.oci.empty.v1+json";
const empty = Buffer.from("{}");

export interface WantedReferrer {
  /** Absent where the config's type says it. */
  readonly artifactType?: string;
  /** Of the config, which is `{}`. OCI's empty one where none is given. */
  readonly configType?: string;
  readonly layer: { readonly mediaType: string; readonly content: Buffer };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest about an image, and what it refers to. */
export interface Referrer {
  readonly manifest: Buffer;
  readonly digest: Digest;
  readonly content: Buffer;
}

/** What is done in the transaction that stores a manifest, as this image: both, or nothing. It may refuse. */
export type Alongside = (change: MetadataChange, stored: Image) => Promise<void>;

/** Source: OCI 1.1, "Guidelines for Artifact Usage". */
export function referrerOf(
  subject: Pick<Image, "mediaType" | "digest" | "manifestBytes">,
  { artifactType, configType = emptyType, layer, annotations }: WantedReferrer,
): Referrer {
  const { mediaType, content } = layer;
  const manifest = Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType: mediaTypes.ociManifest, artifactType },
      config: { mediaType: configType, digest: digestOf(empty), size: empty.length },
      layers: [{ mediaType, digest: digestOf(content), size: content.length }],
      subject: {
        ...{ mediaType: subject.mediaType, digest: subject.digest, size: subject.manifestBytes },
      },
      annotations,
    }),
  );
  return { manifest, digest: digestOf(manifest), content };
}

/**
 * Pushes it as any push is: with its counts, quotas, events and scans. Again is as good as once.
 * @throws RepositoryNotFound, LimitExceeded, Kms, ServiceUnavailable as a push is refused
 */
export async function pushReferrer(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  { manifest, digest, content }: Referrer,
  alongside?: Alongside,
): Promise<Image> {
  for (const each of [empty, content]) await pushContent(ports, registry, name, each);
  const { ociManifest: mediaType } = mediaTypes;
  const wanted = { manifest, mediaType, tags: [], digest, repeat: "accept" as const };
  return putImage(storingAlongside(ports, alongside), registry, name, wanted);
}

/** For `putImage`, whose only transaction is the one that stores the manifest, and says what is stored. */
export function storingAlongside(ports: Ports, alongside: Alongside | undefined): Ports {
  if (alongside === undefined) return ports;
  const metadata = metadataWith(ports.metadata, {
    transaction: (work) =>
      ports.metadata.transaction(async (change) => {
        const done = await work(change);
        await alongside(change, done as Image);
        return done;
      }),
  });
  return { ...ports, metadata };
}

/** A session that this breaks off in is given up as any other that nobody goes on with. */
async function pushContent(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  content: Buffer,
): Promise<void> {
  const { id } = await startUpload(ports, registry, name);
  const pieces = (async function* () {
    yield Uint8Array.from(content);
  })();
  await appendToUpload(ports, registry, name, id, pieces, { offset: 0 });
  await completeUpload(ports, registry, name, id, digestOf(content), {
    ...{ repeatable: true, emptyAllowed: false, enforcePartSize: false },
  });
}
