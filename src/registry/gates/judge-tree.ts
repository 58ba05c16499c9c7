import type { Ports } from "../../ports/ports.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { judgeImage } from "./judge-image.ts";
import { treeOf } from "./request-judgement.ts";

/** Judges an image and all that it lists now, instead of in the job that would do so. */
export async function judgeTree(
  ports: Ports,
  repository: Repository,
  digest: Digest,
): Promise<void> {
  const tree = await treeOf(ports.metadata, repository, digest);
  // What is listed first: what lists it is as bad as the worst of it.
  for (const each of tree.toReversed()) await judgeImage(ports, repository, each);
}
