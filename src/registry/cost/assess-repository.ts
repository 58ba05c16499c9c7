import type { Ports } from "../../ports/ports.ts";
import { compileLifecycle } from "../lifecycle/compile-lifecycle.ts";
import { evaluateRepository, freedBytes } from "../lifecycle/evaluate-repository.ts";
import type { LifecycleTexts } from "../lifecycle/stored-lifecycle.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { isHiddenName } from "../trash/trash.ts";
import { findArchitectureRepositories } from "./architecture-repositories.ts";
import { ArchitectureTags } from "./architecture-tags.ts";
import { costLimits } from "./cost-limits.ts";
import { monthAt } from "./cost-month.ts";
import type { CostAssessment, CostSaving } from "./cost-saving.ts";
import { expiringBytes } from "./expiring-bytes.ts";
import { findTrash } from "./find-trash.ts";
import { type HeldAlone, heldAlone } from "./held-alone.ts";
import { type RuleKind, withRule } from "./saving-call.ts";

type Found = Omit<CostSaving, "repository" | "name" | "foundAt">;
type AssessPorts = Pick<Ports, "metadata" | "clock" | "tagPatterns">;

/**
 * Finds out what a repository alone holds and what could be saved in it, and writes it down. It goes
 * through its layers and images page by page, and through those that might go once more. What changes
 * meanwhile is seen at the next time.
 * @param trashMs how long what rules take lies in the trash
 * @throws when `signal` is aborted
 */
export async function assessRepository(
  ports: AssessPorts,
  repository: Repository,
  signal: AbortSignal,
  trashMs = 0,
): Promise<void> {
  const at = ports.clock.now();
  const { registry, id } = repository;
  const trashed = isHiddenName(repository.name)
    ? await ports.metadata.trash.findRepository(repository)
    : undefined;
  const name = trashed?.name ?? repository.name;
  const held = await heldAlone(ports, repository, signal);
  const until = monthAt(at).to;
  const expiring = isHiddenName(repository.name)
    ? 0
    : await expiringBytes(ports, repository, { now: at, until, trashMs }, signal);
  const assessment: CostAssessment = {
    ...{ repository: { registry, id }, name, at },
    ...{ sizeBytes: repository.sizeBytes, ownBytes: held.ownBytes },
    ...{ expiringBytes: expiring, expiringUntil: until },
  };
  const trash = await findTrash(ports, { repository, name, held, now: at }, signal);
  const savings = [
    ...(trash === undefined ? [] : [found("TRASH", trash.items, trash)]),
    ...(isHiddenName(repository.name)
      ? []
      : await findSavings(ports, repository, held, at, signal)),
  ];
  await ports.metadata.transaction(async ({ costs, repositories }) => {
    if ((await repositories.findById(repository)) === undefined) return;
    await costs.putAssessment(assessment, savings);
  });
}

function found(kind: CostSaving["kind"], items: number, more: Partial<Found> = {}): Found {
  return { kind, items, bytes: 0, affectedBytes: 0, ...more };
}

async function findSavings(
  ports: AssessPorts,
  repository: Repository,
  { uncompressed, recompressible }: HeldAlone,
  now: number,
  signal: AbortSignal,
): Promise<Found[]> {
  const savings: Found[] = [];
  const texts = (await ports.metadata.lifecycle.find(repository)) ?? noTexts;
  const { archived, architectures } = await lookAtImages(ports, repository, now, signal);
  savings.push(...(await findByRules(ports, repository, { texts, archived, now, signal })));
  if (uncompressed.layers > 0) {
    const { layers, bytes: affectedBytes, ownBytes } = uncompressed;
    const estimatedBytes = Math.floor(ownBytes * (1 - costLimits.compressedPart));
    savings.push(found("UNCOMPRESSED", layers, { affectedBytes, estimatedBytes }));
  }
  if (recompressible.savedBytes >= costLimits.recompressionLeastBytes) {
    const { layers, bytes: affectedBytes, unpackedBytes, savedBytes } = recompressible;
    const guess = { affectedBytes, unpackedBytes, estimatedBytes: savedBytes };
    savings.push(found("RECOMPRESSION", layers, guess));
  }
  const groups = await architectures.groups(ports, repository);
  const group = groups[0];
  if (group !== undefined) savings.push(found("ARCHITECTURES", groups.length, { group }));
  const together = await findArchitectureRepositories(ports, repository, signal);
  if (together !== undefined) {
    savings.push(found("ARCHITECTURE_REPOSITORIES", together.items, together));
  }
  const hasRules = texts.policy !== undefined || texts.extension !== undefined;
  const isTold = savings.some(({ kind }) => kind === "UNTAGGED");
  if (!hasRules && !isTold && repository.imageCount > 0) {
    savings.push(found("NO_POLICY", repository.imageCount));
  }
  return savings;
}

const noTexts: LifecycleTexts = { policy: undefined, extension: undefined };

async function lookAtImages(
  { metadata }: AssessPorts,
  repository: Repository,
  now: number,
  signal: AbortSignal,
): Promise<{ archived: Digest[]; architectures: ArchitectureTags }> {
  const limit = costLimits.layersAtOnce;
  const archived: Digest[] = [];
  const architectures = new ArchitectureTags();
  for (let after: Digest | undefined; ; ) {
    signal.throwIfAborted();
    const images = await metadata.lifecycle.candidates(repository, { after, limit }, now);
    for (const { digest, tags, storageClass } of images) {
      if (storageClass === "archive") archived.push(digest);
      else architectures.add(digest, tags);
    }
    after = images.at(-1)?.digest;
    if (images.length < limit) return { archived, architectures };
  }
}

interface Looking {
  readonly texts: LifecycleTexts;
  readonly archived: readonly Digest[];
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * What one more rule would do, and then one more. Each has the bytes that go once those of the rules
 * before it are gone, so that none are counted twice.
 */
async function findByRules(
  ports: AssessPorts,
  repository: Repository,
  looking: Looking,
): Promise<Found[]> {
  const { signal } = looking;
  const savings: Found[] = [];
  let gone: readonly Digest[] = [];
  let freed = 0;
  for (const kind of ["UNTAGGED", "UNPULLED", "ARCHIVE"] as const) {
    const before = new Set(gone);
    const marked = await markedBy(ports, repository, kind, looking);
    const most = kind === "UNPULLED" ? limits.batchItems : marked.length;
    const fresh = marked.filter((digest) => !before.has(digest)).slice(0, most);
    if (fresh.length === 0) continue;
    if (kind === "ARCHIVE" && looking.archived.length > 0) {
      // What archived images need as well is in the archive once no other image needs it.
      gone = [...gone, ...looking.archived];
      freed = await freedBytes(ports, repository, gone, signal);
    }
    gone = [...gone, ...fresh];
    const all = await freedBytes(ports, repository, gone, signal);
    const named = kind === "UNPULLED" ? { digests: fresh } : {};
    savings.push(found(kind, fresh.length, { bytes: all - freed, ...named }));
    freed = all;
  }
  return savings;
}

/** Images that the rule would act on, beside the rules that are there. */
async function markedBy(
  ports: AssessPorts,
  repository: Repository,
  kind: RuleKind,
  { texts, now, signal }: Looking,
): Promise<readonly Digest[]> {
  const extended = withRule(kind, texts, ports.tagPatterns);
  if (extended === undefined) return [];
  const rules = compileLifecycle(extended.rules, ports.tagPatterns);
  const { verdicts } = await evaluateRepository(ports, repository, rules, now, signal);
  return verdicts
    .filter((verdict) => verdict.rulePriority === extended.rulePriority)
    .map(({ digest }) => digest as Digest);
}
