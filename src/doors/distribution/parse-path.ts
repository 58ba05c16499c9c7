/** The shapes that a path under `/v2` can have. Source: OCI Distribution 1.1, "Endpoints". */
export type Shape =
  | "base"
  | "catalog"
  | "manifest"
  | "blob"
  | "uploads"
  | "upload"
  | "tags"
  | "referrers";

export interface ParsedPath {
  readonly shape: Shape;
  /** As sent, not yet checked; "" where the shape has none. */
  readonly name: string;
  /** Tag, digest or upload id, decoded, not yet checked; "" where the shape has none. */
  readonly reference: string;
}

const prefix = "/v2/";
const base: ParsedPath = { shape: "base", name: "", reference: "" };
const catalog: ParsedPath = { shape: "catalog", name: "", reference: "" };

/**
 * Reads a path from its end, since a repository's name may itself hold segments such as "manifests".
 * `undefined` when it has no shape of the specification.
 */
export function parsePath(path: string): ParsedPath | undefined {
  if (path === prefix || path === "/v2") return base;
  if (!path.startsWith(prefix)) return undefined;
  if (path === "/v2/_catalog") return catalog;
  const last = path.lastIndexOf("/");
  const marker = path.lastIndexOf("/", last - 1);
  if (marker < prefix.length) return undefined;
  const reference = path.slice(last + 1);
  const name = path.slice(prefix.length, marker);
  switch (path.slice(marker + 1, last)) {
    case "manifests":
      return referring("manifest", name, reference);
    case "referrers":
      return referring("referrers", name, reference);
    case "tags":
      return reference === "list" ? { shape: "tags", name, reference: "" } : undefined;
    case "blobs":
      // "POST …/blobs/uploads" without its last slash: clients that build the URL by hand send it.
      if (reference === "uploads") return { shape: "uploads", name, reference: "" };
      return referring("blob", name, reference);
    case "uploads":
      return underUploads(name, reference);
    default:
      return undefined;
  }
}

function underUploads(before: string, reference: string): ParsedPath | undefined {
  const suffix = "/blobs";
  if (!before.endsWith(suffix)) return undefined;
  const name = before.slice(0, -suffix.length);
  if (reference === "") return { shape: "uploads", name, reference };
  return { shape: "upload", name, reference };
}

function referring(shape: Shape, name: string, sent: string): ParsedPath | undefined {
  const reference = sent.includes("%") ? decoded(sent) : sent;
  return reference === undefined || reference === "" ? undefined : { shape, name, reference };
}

/** Clients that escape a whole segment send a digest as "sha256%3A…". Names are never unescaped. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // Not percent-encoding at all: no such path.
  }
}
