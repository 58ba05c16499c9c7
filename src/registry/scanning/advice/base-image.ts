import type { ImageConfig } from "./image-config.ts";

/** The image that another was built on, as far as that one tells. */
export interface BaseImage {
  /** With registry and tag, as it was written: `docker.io/library/debian:12`. */
  readonly name: string;
  /** Which one it was. */
  readonly digest?: string;
}

const nameLabel = "org.opencontainers.image.base.name";
const digestLabel = "org.opencontainers.image.base.digest";

type Annotations = Readonly<Record<string, string>>;

/**
 * From what image-spec 1.1, "Pre-Defined Annotation Keys", has for it, be it a label or an annotation of the
 * manifest, or from the note that Buildah leaves in the history.
 */
export function baseImage(
  config: Pick<ImageConfig, "labels" | "history">,
  annotations: Annotations = {},
): BaseImage | undefined {
  const said = (key: string) => annotations[key] ?? config.labels.get(key);
  const labelled = said(nameLabel);
  const noted = config.history
    .map(({ comment }) => comment)
    .findLast((comment) => comment.startsWith("FROM "))
    ?.slice("FROM ".length)
    .trim();
  const written = labelled ?? noted;
  if (written === undefined || written === "" || written === "scratch") return undefined;
  const at = written.indexOf("@");
  const name = at === -1 ? written : written.slice(0, at);
  const digest = said(digestLabel) ?? (at === -1 ? undefined : written.slice(at + 1));
  return { name, ...(digest !== undefined && digest !== "" && { digest }) };
}

/** The tag of an image's name: what is behind the last colon, unless that is the registry's port. */
export function tagOf(name: string): string | undefined {
  const colon = name.lastIndexOf(":");
  return colon > name.lastIndexOf("/") ? name.slice(colon + 1) : undefined;
}
