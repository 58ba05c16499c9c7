/** `entrepot tag`: where a tag pointed, and back there. */
import { isoText } from "../access/times.ts";
import type { Answer } from "../calls.ts";
import { digestAmong, isWholeDigest, shortDigest } from "../digests.ts";
import type { Server } from "../server.ts";
import { tableText } from "../table.ts";

export type TagMove = Answer<"entrepot:ListTagHistory">["moves"][number];
export type RestoredTag = Answer<"entrepot:RestoreTag">;

/** The newest first. @throws CommandError as `callServer` does */
export function tagHistory(
  server: Server,
  repositoryName: string,
  imageTag: string,
): Promise<readonly TagMove[]> {
  const input = { repositoryName, imageTag, maxResults: 1_000 };
  return server.all("entrepot:ListTagHistory", "moves", input);
}

/**
 * @param wanted a digest, or how one in the tag's history begins
 * @throws CommandError as `callServer` does, and for a beginning that none there has
 */
export async function restoreTag(
  server: Server,
  repositoryName: string,
  imageTag: string,
  wanted: string,
): Promise<RestoredTag> {
  const moves = isWholeDigest(wanted) ? [] : await tagHistory(server, repositoryName, imageTag);
  const digests = moves.flatMap(({ imageDigest }) => imageDigest ?? []);
  const imageDigest = digestAmong(wanted, digests, `image that ${imageTag} has pointed at`);
  return server.call("entrepot:RestoreTag", { repositoryName, imageTag, imageDigest });
}

export function historyText(moves: readonly TagMove[], width: number): string {
  if (moves.length === 0) return "Nothing is known of that tag.";
  return tableText(
    [{ whole: "SINCE" }, { whole: "IMAGE" }],
    moves.map(({ movedAt, imageDigest }) => [
      isoText(movedAt),
      imageDigest === undefined ? "(removed)" : shortDigest(imageDigest),
    ]),
    width,
  );
}

export function restoredTagText({ imageTag, imageDigest, broughtBack }: RestoredTag): string {
  const from = broughtBack ? ", which was brought back from the trash" : "";
  return `${imageTag} points at ${imageDigest}${from}.`;
}
