import { isDigest, isTag } from "../../names.ts";

/** What an image is called where people pull it. */
export interface ImageName {
  /** With its port; absent where none is said. */
  readonly host?: string;
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

const hostShape = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i;
const pathShape = /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;
const mostCharacters = 512;

/**
 * Takes apart `host/repository:tag`, with a digest instead of the tag or after it. A first part is a host if it has a
 * dot or a port, or is `localhost`. Docker's own names are those of its hub. Source: distribution, "reference".
 * @returns undefined for what is no name of an image
 */
export function parseImageName(text: string): ImageName | undefined {
  if (text.length > mostCharacters) return undefined;
  const slash = text.indexOf("/");
  const first = slash === -1 ? "" : text.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === "localhost";
  if (isHost && !hostShape.test(first)) return undefined;
  const [named = "", digest, ...more] = (isHost ? text.slice(slash + 1) : text).split("@");
  const colon = named.lastIndexOf(":");
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  const path = colon === -1 ? named : named.slice(0, colon);
  if (more.length > 0 || !pathShape.test(path)) return undefined;
  if (tag !== undefined && !isTag(tag)) return undefined;
  if (digest !== undefined && !isDigest(digest)) return undefined;
  const isHub = first === "docker.io" || first === "index.docker.io";
  return {
    ...(isHost && { host: isHub ? "registry-1.docker.io" : first }),
    repository: isHub && !path.includes("/") ? `library/${path}` : path,
    reference: digest ?? tag ?? "latest",
  };
}
