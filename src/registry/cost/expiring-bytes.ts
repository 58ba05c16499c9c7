import type { Ports } from "../../ports/ports.ts";
import { compileLifecycle } from "../lifecycle/compile-lifecycle.ts";
import { evaluateRepository, freedBytes } from "../lifecycle/evaluate-repository.ts";
import { lifecycleRules } from "../lifecycle/lifecycle-rules.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { costLimits } from "./cost-limits.ts";

type ExpiringPorts = Pick<Ports, "metadata" | "tagPatterns">;

interface Span {
  readonly now: number;
  /** The time that is asked about. */
  readonly until: number;
  /** How long what expires lies in the trash before its bytes come back. */
  readonly trashMs: number;
}

/**
 * Bytes that rules will have given back by a time of what is there now, beyond what they do at the pace
 * of the recent days: a trend of what is stored has that in it already. The rules are those that are
 * there, and images are looked at as for a preview; of very many that expire, some are counted.
 * @throws when `signal` is aborted
 */
export async function expiringBytes(
  ports: ExpiringPorts,
  repository: RepositoryRef,
  { now, until, trashMs }: Span,
  signal: AbortSignal,
): Promise<number> {
  const texts = await ports.metadata.lifecycle.find(repository);
  const at = until - trashMs;
  if (texts === undefined || at <= now) return 0;
  const rules = lifecycleRules(texts, ports.tagPatterns);
  const standard = new Set(
    rules.filter((rule) => rule.storageClass === "standard").map((rule) => rule.rulePriority),
  );
  const compiled = compileLifecycle(rules, ports.tagPatterns);
  const { verdicts } = await evaluateRepository(ports, repository, compiled, now, signal, at);
  const digests = verdicts
    .filter(({ action, rulePriority }) => action === "expire" && standard.has(rulePriority))
    .slice(0, costLimits.expiringImages)
    .map(({ digest }) => digest as Digest);
  if (digests.length === 0) return 0;
  const bytes = await freedBytes(ports, repository, digests, signal);
  const recentMs = costLimits.forecastDays * 86_400_000;
  const recent = await recentlyFreed(ports, repository, now - trashMs - recentMs, now - trashMs);
  return Math.max(0, Math.round(bytes - (recent * (until - now)) / recentMs));
}

/** What came back in that time of what runs of the rules took. */
async function recentlyFreed(
  { metadata }: ExpiringPorts,
  repository: RepositoryRef,
  from: number,
  to: number,
): Promise<number> {
  const limit = costLimits.recentRuns;
  const after = { at: to, id: "" };
  const runs = await metadata.lifecycle.runs(repository, { after, limit });
  return runs.reduce((sum, { at, freedBytes: freed }) => (at > from ? sum + freed : sum), 0);
}
