// Until the blob stores have classes.
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

export async function queueStorage(
  _change: MetadataChange,
  _repository: RepositoryRef,
  _digest: Digest,
  _now: number,
): Promise<void> {}

export async function areStandard(
  _ports: Ports,
  _repository: RepositoryRef,
  _digest: Digest,
): Promise<boolean> {
  return true;
}
