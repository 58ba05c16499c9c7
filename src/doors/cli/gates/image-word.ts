import { CommandError } from "../client.ts";

/** An image as people write it, as members of a request. */
export interface NamedImage {
  readonly repositoryName: string;
  readonly imageId: { readonly imageDigest?: string; readonly imageTag?: string };
}

/**
 * `team/app:v1` or `team/app@sha256:…`.
 * @throws CommandError for what has neither a tag nor a digest
 */
export function imageWord(word: string): NamedImage {
  const at = word.indexOf("@");
  if (at > 0) {
    return { repositoryName: word.slice(0, at), imageId: { imageDigest: word.slice(at + 1) } };
  }
  const colon = word.lastIndexOf(":");
  if (colon > 0 && colon < word.length - 1) {
    return { repositoryName: word.slice(0, colon), imageId: { imageTag: word.slice(colon + 1) } };
  }
  throw new CommandError(
    `"${word}" names no image: write repository:tag or repository@sha256:…`,
    2,
  );
}
