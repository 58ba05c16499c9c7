/** What container runtimes call an image: `host:port/name:tag@digest`, of which most may be missing. */
export interface ImageReference {
  /** Without tag and digest. */
  readonly repository: string;
  readonly digest: string | undefined;
}

/** Takes any text apart, in linear time; whether its parts have the form of such is not asked. */
export function parseImageReference(text: string): ImageReference {
  const at = text.indexOf("@");
  const named = at === -1 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(":");
  // A colon before a slash is a port's.
  const hasTag = colon > named.lastIndexOf("/");
  return {
    repository: hasTag ? named.slice(0, colon) : named,
    digest: at === -1 ? undefined : text.slice(at + 1),
  };
}
