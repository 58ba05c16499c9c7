import { CommandError } from "../client.ts";

/** An image as people write it. */
export interface WrittenImage {
  readonly repositoryName: string;
  readonly imageId: { readonly imageTag: string } | { readonly imageDigest: string };
}

/**
 * `team/app:v1` or `team/app@sha256:…`; without either, `latest`.
 * @throws CommandError for what names no image
 */
export function writtenImage(text: string): WrittenImage {
  const at = text.indexOf("@");
  if (at > 0) {
    return { repositoryName: text.slice(0, at), imageId: { imageDigest: text.slice(at + 1) } };
  }
  const colon = text.lastIndexOf(":");
  const isTagged = colon > text.lastIndexOf("/");
  const repositoryName = isTagged ? text.slice(0, colon) : text;
  const imageTag = isTagged ? text.slice(colon + 1) : "latest";
  if (at === 0 || repositoryName === "" || imageTag === "") {
    throw new CommandError(`"${text}" is no image: write team/app:v1 or team/app@sha256:…`, 2);
  }
  return { repositoryName, imageId: { imageTag } };
}
