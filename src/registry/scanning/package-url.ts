/** A package's parts, decoded. */
export interface PackageUrl {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
}

/** Reads `pkg:type/namespace/name@version?qualifiers#subpath`; undefined if it is none. Source: purl-spec */
export function parsePackageUrl(text: string): PackageUrl | undefined {
  if (!text.startsWith("pkg:")) return undefined;
  const bare = text.slice("pkg:".length).split("#", 1)[0]!.split("?", 1)[0]!;
  const slash = bare.lastIndexOf("/");
  const at = bare.lastIndexOf("@");
  const end = at > slash ? at : bare.length;
  const parts = bare
    .slice(0, end)
    .split("/")
    .filter((part) => part !== "");
  try {
    const [type, ...path] = parts.map(decodeURIComponent);
    const name = path.pop();
    if (type === undefined || name === undefined) return undefined;
    const version = decodeURIComponent(bare.slice(end + 1));
    return {
      type: type.toLowerCase(),
      ...(path.length === 0 ? {} : { namespace: path.join("/") }),
      name,
      ...(version === "" ? {} : { version }),
    };
  } catch {
    return undefined;
  }
}
