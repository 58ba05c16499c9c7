/** Lifecycle policies: what one would do, what it costs, what was done. */
import { call } from "./call.ts";
import { ApiError } from "./errors.ts";

const waitMs = 150;
const pageSize = 100;

export interface RuleResult {
  readonly rulePriority: number;
  readonly matched: number;
  readonly marked: number;
  readonly blocked: number;
  /** The rules to which all that it matches falls. */
  readonly shadowedBy: readonly number[];
  readonly matchesNothing: boolean;
}

export interface Preview {
  readonly previewId: string;
  readonly status: "IN_PROGRESS" | "COMPLETE" | "EXPIRED" | "FAILED";
  readonly summary?: {
    readonly expiring: number;
    readonly transitioning: number;
    readonly untagging: number;
    readonly blocked: number;
    readonly freedBytes: number;
    readonly rules: readonly RuleResult[];
  };
  readonly images?: readonly {
    readonly imageDigest: string;
    readonly imageTags: readonly string[];
    readonly imagePushedAt: number;
    readonly imageSizeInBytes: number;
    readonly action: string;
    readonly rulePriority: number;
    readonly blockedBy?: string;
  }[];
  readonly nextToken?: string;
}

/** What a run would do now. Nothing is changed. */
export async function previewPolicy(
  repositoryName: string,
  lifecyclePolicyText: string,
  signal: AbortSignal,
): Promise<Preview> {
  const input = { repositoryName, lifecyclePolicyText };
  const previewId = await startPreview(input, signal);
  const asked = { repositoryName, maxResults: pageSize };
  for (;;) {
    const answer = await call<Preview>("entrepot", "GetLifecyclePreview", asked, signal);
    if (answer.previewId === previewId && answer.status !== "IN_PROGRESS") return answer;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** A preview that somebody else began, or of a text that is not wanted any more, comes to its end first. */
async function startPreview(input: object, signal: AbortSignal): Promise<string> {
  for (;;) {
    try {
      const { previewId } = await call<{ previewId: string }>(
        ...(["entrepot", "StartLifecyclePreview", input, signal] as const),
      );
      return previewId;
    } catch (error) {
      if (!(error instanceof ApiError && error.code.includes("InProgress"))) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** What bytes cost in a month where they lie, in the currency of the registry's price table. */
export async function storageCost(bytes: number, signal: AbortSignal) {
  interface Answer {
    readonly currency: string;
    readonly total: { readonly exactAmount: string };
  }
  const input = { storageGB: bytes / 2 ** 30 };
  const { currency, total } = await call<Answer>("entrepot", "EstimateCost", input, signal);
  return { currency, amount: Number(total.exactAmount) };
}

export interface LifecycleRun {
  readonly runId: string;
  readonly startedAt: number;
  readonly expired: number;
  readonly archived: number;
  readonly untagged: number;
  readonly failed: number;
  readonly freedBytes: number;
}

export async function lifecycleRuns(repositoryName: string, signal: AbortSignal) {
  const input = { repositoryName, maxResults: 20 };
  interface Answer {
    readonly runs: readonly LifecycleRun[];
  }
  return (await call<Answer>("entrepot", "ListLifecycleRuns", input, signal)).runs;
}

interface Rule {
  readonly rulePriority: number;
  readonly selection?: {
    readonly tagStatus?: string;
    readonly tagPrefixList?: readonly string[];
    readonly tagPatternList?: readonly string[];
    readonly storageClass?: string;
    readonly countType?: string;
    readonly countUnit?: string;
    readonly countNumber?: number;
  };
  readonly action?: { readonly type?: string; readonly targetStorageClass?: string };
}

/** The rules of a policy that may be half written; absent while it is no JSON. */
export function rulesOf(text: string): readonly Rule[] | undefined {
  try {
    const { rules } = JSON.parse(text) as { rules?: readonly Rule[] };
    return Array.isArray(rules) ? rules : undefined;
  } catch {
    return undefined; // It is being typed.
  }
}

/** What a rule does, in words: from its effect, whatever its description says. */
export function ruleSentence({ selection = {}, action = {} }: Rule): string {
  const { tagStatus, tagPrefixList: prefixes, tagPatternList: patterns, countNumber } = selection;
  const tags =
    prefixes === undefined
      ? `like ${(patterns ?? []).join(" and ")}`
      : `beginning with ${prefixes.join(" and ")}`;
  const which = {
    tagged: `images with a tag ${tags}`,
    untagged: "images without a tag",
    any: "images",
  }[tagStatus ?? ""];
  const verb = action.type === "transition" ? "Archives" : "Deletes";
  const days = `${countNumber} ${countNumber === 1 ? "day" : "days"}`;
  const when = {
    imageCountMoreThan: `but for the ${countNumber} pushed last`,
    sinceImagePushed: `pushed more than ${days} ago`,
    sinceImagePulled: `not pulled for more than ${days}`,
    sinceImageTransitioned: `archived more than ${days} ago`,
  }[selection.countType ?? ""];
  if (which === undefined || when === undefined) return "";
  const kept = selection.storageClass === "archive" ? "archived " : "";
  return `${verb} ${kept}${which} ${when}.`;
}
