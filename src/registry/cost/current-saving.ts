import type { Ports } from "../../ports/ports.ts";
import { compileLifecycle } from "../lifecycle/compile-lifecycle.ts";
import { LifecycleEvaluation } from "../lifecycle/evaluate-lifecycle.ts";
import { freedBytes } from "../lifecycle/evaluate-repository.ts";
import { lifecycleRules } from "../lifecycle/lifecycle-rules.ts";
import type { LifecycleTexts } from "../lifecycle/stored-lifecycle.ts";
import type { Digest, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { tagsLeft } from "./architecture-repositories.ts";
import type { CostSaving } from "./cost-saving.ts";
import { isSameTrash } from "./find-trash.ts";
import { type SavingCall, savingCall, withRule } from "./saving-call.ts";

type CurrentPorts = Pick<Ports, "metadata" | "clock" | "tagPatterns">;

export interface CurrentSaving {
  readonly saving: CostSaving;
  /** Absent where no call makes it. */
  readonly call: SavingCall | undefined;
}

/**
 * A finding with its call, as they are by now: what was found may be a day old. `undefined` where the
 * call would be about another repository that has the name by now, is refused, or was made already.
 */
export async function currentSaving(
  ports: CurrentPorts,
  saving: CostSaving,
): Promise<CurrentSaving | undefined> {
  const { kind, name, repository } = saving;
  const callOf = (found: CostSaving, texts: LifecycleTexts) =>
    savingCall(found, texts, ports.tagPatterns);
  if (kind === "TRASH") {
    const isSame = await isSameTrash(ports, saving, ports.clock.now());
    return isSame ? { saving, call: callOf(saving, noTexts) } : undefined;
  }
  const named = await ports.metadata.repositories.find(repository.registry, name);
  if (named?.id !== repository.id) return undefined;
  const texts = (await ports.metadata.lifecycle.find(repository)) ?? noTexts;
  if (kind === "UNPULLED") {
    const left = await stillUnpulled(ports, saving, texts);
    return left && { saving: left, call: callOf(left, texts) };
  }
  const hasRules = texts.policy !== undefined || texts.extension !== undefined;
  if (kind === "NO_POLICY" && hasRules) return undefined;
  if (kind === "ARCHITECTURES" && (await hasTag(ports, saving))) return undefined;
  if (kind === "ARCHITECTURE_REPOSITORIES") return stillApart(ports, saving, named);
  const call = callOf(saving, texts);
  const needsRoom = kind === "UNTAGGED" || kind === "ARCHIVE" || kind === "NO_POLICY";
  return call === undefined && needsRoom ? undefined : { saving, call };
}

/** With the call that makes the repository for the indexes, where it is not there. */
async function stillApart(
  ports: CurrentPorts,
  saving: CostSaving,
  repository: Repository,
): Promise<CurrentSaving | undefined> {
  const { together } = saving;
  if (together === undefined) return undefined;
  const { isBaseThere, tags } = await tagsLeft(ports, repository, together);
  if (tags.length === 0) return undefined;
  const input = { repositoryName: together.name };
  return {
    saving: { ...saving, together: { ...together, tags } },
    call: isBaseThere ? undefined : { operation: "ecr:CreateRepository", input },
  };
}

async function hasTag({ metadata }: CurrentPorts, { repository, group }: CostSaving) {
  return group !== undefined && (await metadata.tags.find(repository, group.tag as Tag));
}

const noTexts: LifecycleTexts = { policy: undefined, extension: undefined };

/**
 * Those of the images that still nobody pulls, pushes, runs, lists in an index, or retains by a rule.
 * Rules that retain the newest of all need a look at all: those are of the time of the finding.
 */
async function stillUnpulled(
  ports: CurrentPorts,
  saving: CostSaving,
  texts: LifecycleTexts,
): Promise<CostSaving | undefined> {
  const { metadata, clock, tagPatterns } = ports;
  const { repository, digests = [], bytes } = saving;
  const now = clock.now();
  const retaining = lifecycleRules(texts, tagPatterns).filter(
    ({ action, count }) => action === "retain" && count?.countType !== "imageCountMoreThan",
  );
  const unpulled = withRule("UNPULLED", noTexts, tagPatterns)?.rules ?? [];
  const rules = compileLifecycle([...retaining, ...unpulled], tagPatterns);
  const evaluation = new LifecycleEvaluation(rules, now);
  for (const digest of digests) {
    const image = await metadata.lifecycle.candidate(repository, digest as Digest, now);
    if (image !== undefined) evaluation.add(image);
  }
  const marked = new Set(evaluation.finish().verdicts.map(({ digest }) => digest));
  const left = digests.filter((digest) => marked.has(digest)) as Digest[];
  if (left.length === 0) return undefined;
  if (left.length === digests.length) return saving;
  const freed = await freedBytes(ports, repository, left);
  return { ...saving, digests: left, items: left.length, bytes: Math.min(bytes, freed) };
}
