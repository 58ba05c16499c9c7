import type { CandidateImage } from "./candidate-image.ts";
import { type CompiledRule, tagsAbout } from "./compile-lifecycle.ts";
import type { EvaluatedLifecycle } from "./evaluate-lifecycle.ts";
import {
  type BlockReason,
  type ImageJudge,
  itemsOf,
  type Judgement,
  type SeenImage,
} from "./judge-image.ts";
import { ageInDays, clockOf } from "./lifecycle-clock.ts";
import type { LifecycleCountType, TagSelection } from "./lifecycle-rule.ts";

export interface RuleExplanation {
  readonly rulePriority: number;
  /** Whether storage class and tags are the rule's. */
  readonly matches: boolean;
  /** Whether the rule would act on the image by itself, or retains it. */
  readonly marked: boolean;
  /** The rule before it that has the image to itself. */
  readonly shieldedBy: number | undefined;
  readonly sentence: string;
}

export interface LifecycleExplanation {
  /** By priority. */
  readonly rules: readonly RuleExplanation[];
  /** What is done to the image, or would be if it were not for `reason`. */
  readonly action: "none" | Judgement["action"];
  readonly rulePriority: number | undefined;
  readonly reason: BlockReason | undefined;
  readonly sentence: string;
}

/**
 * Why the rules do to an image what they do, or nothing.
 * @param evaluated of all images of the repository
 * @param image one of them, as it was then
 */
export function explainLifecycle(
  evaluated: EvaluatedLifecycle,
  image: CandidateImage,
): LifecycleExplanation {
  const { judge } = evaluated;
  if (image.isReferrerOfLive) {
    const sentence = "It refers to an image that is here, and goes when that one goes.";
    const notSeen = { matches: false, marked: false, shieldedBy: undefined };
    const rules = judge.rules.map(({ rulePriority }) => ({
      rulePriority,
      ...notSeen,
      sentence: "It is no candidate.",
    }));
    return { rules, action: "none", rulePriority: undefined, reason: undefined, sentence };
  }
  const items = judge.rules.map((rule) => itemsOf(rule, image));
  const seen = judge.see(image, items);
  const rules = judge.rules.map((_rule, place) =>
    explainRule({ evaluated, image, items, seen, place }),
  );
  const judgement = judge.judge(seen, (place) => items[place]!);
  return {
    rules,
    action: judgement?.action ?? "none",
    rulePriority: judgement?.rule.rulePriority,
    reason: judgement?.reason,
    sentence:
      judgement === undefined ? whyNothing(judge, seen, rules) : whatHappens(judgement, image),
  };
}

interface OneRule {
  readonly evaluated: EvaluatedLifecycle;
  readonly image: CandidateImage;
  readonly items: readonly number[];
  readonly seen: SeenImage;
  readonly place: number;
}

function explainRule({ evaluated, image, items, seen, place }: OneRule): RuleExplanation {
  const { judge } = evaluated;
  const rule = judge.rules[place]!;
  const { rulePriority, action, count } = rule;
  const counted = items[place]!;
  if (counted === 0) {
    const sentence = whyNoMatch(rule, image);
    return { rulePriority, matches: false, marked: false, shieldedBy: undefined, sentence };
  }
  const clock = count === undefined ? seen.countClock : clockOf(count.countType, image);
  const kept = judge.kept(place, counted, seen, clock);
  const marked = action === "retain" ? kept > 0 : kept < counted;
  const isShielded = action !== "retain" && seen.owner !== place;
  const shieldedBy = isShielded ? judge.rules[seen.owner]!.rulePriority : undefined;
  const by =
    shieldedBy === undefined
      ? ""
      : ` Rule ${shieldedBy} comes first and asks for tags that it has, so that this rule never acts on it.`;
  const sentence = `${whyMarked(evaluated, rule, { clock, kept, counted })}${by}`;
  return { rulePriority, matches: true, marked, shieldedBy, sentence };
}

function whyNoMatch(rule: CompiledRule, image: CandidateImage): string {
  if (rule.storageClass !== image.storageClass) {
    return `It is in the storage class ${image.storageClass}, and the rule is about ${rule.storageClass}.`;
  }
  if (rule.tags === undefined) return "It has tags, and the rule is about images that have none.";
  if (image.tags.length === 0) return "It has no tags.";
  return `It has no tags for ${describeTags(rule.tags)}.`;
}

function describeTags(tags: TagSelection): string {
  if ("text" in tags) return `${tags.by} '${tags.text}'`;
  const entries = tags.entries.map((entry) => `'${entry}'`).join(", ");
  return tags.entries.length === 1 ? `${tags.by} ${entries}` : `all of ${tags.by} ${entries}`;
}

function whyMarked(
  evaluated: EvaluatedLifecycle,
  rule: CompiledRule,
  { clock, kept, counted }: { clock: number; kept: number; counted: number },
): string {
  const { action, count, perTag } = rule;
  if (count === undefined) return "It matches, and the rule retains all that match.";
  const verb = action === "retain" ? "retains" : "keeps";
  if (count.countType === "imageCountMoreThan") {
    const { countNumber } = count;
    const rest = `the rule ${verb} the ${countNumber} youngest`;
    if (perTag) return `${rest} of all tags that match: ${kept} of ${counted} that this image has.`;
    const { matched } = evaluated.rules.find(
      ({ rulePriority }) => rulePriority === rule.rulePriority,
    )!;
    const which = kept > 0 ? "this is one of them" : "this is an older one";
    return `Of ${matched} that match, ${rest}: ${which}.`;
  }
  const days = ageInDays(clock, evaluated.judge.now).toFixed(2);
  const since = clocks[count.countType];
  const age = kept > 0 ? "not more than" : "more than";
  return `It ${since} ${days} days ago, ${age} the rule's ${count.countNumber}.`;
}

const clocks: Readonly<Record<Exclude<LifecycleCountType, "imageCountMoreThan">, string>> = {
  sinceImagePushed: "was pushed or restored",
  sinceImagePulled: "was last pulled, or else pushed or restored,",
  sinceImageTransitioned: "was archived",
};

function whyNothing(judge: ImageJudge, seen: SeenImage, rules: readonly RuleExplanation[]): string {
  if (seen.owner < 0) return "No rule that acts matches it.";
  const { rulePriority } = judge.rules[seen.owner]!;
  const later = rules.some(({ marked, shieldedBy }) => marked && shieldedBy !== undefined);
  const shield = later ? ", and keeps it from the rules after it that do" : "";
  return `Rule ${rulePriority} has it to itself and does not mark it${shield}.`;
}

function whatHappens(judgement: Judgement, image: CandidateImage): string {
  const { rule, reason, retainedBy } = judgement;
  const what = `Rule ${rule.rulePriority}`;
  const deed = deedOf(judgement, image);
  switch (reason) {
    case undefined:
      return `${what} ${deed.does}.`;
    case "ImageReferencedByManifestList":
      return `${what} would ${deed.would}, but an index lists it.`;
    case "InUse":
      return `${what} would ${deed.would}, but it is in use.`;
    case "Retained":
      return `${what} would ${deed.would}, but rule ${retainedBy} retains it.`;
  }
}

function deedOf(
  { rule, action, keptTags = 0 }: Judgement,
  image: CandidateImage,
): { does: string; would: string } {
  switch (action) {
    case "expire":
      return { does: "expires it", would: "expire it" };
    case "transition":
      return { does: "moves it to the archive", would: "move it to the archive" };
    case "untag": {
      const about = tagsAbout(rule, image);
      const tags = about.slice(0, about.length - keptTags).join(", ");
      return {
        does: `takes these tags from it: ${tags}`,
        would: `take these tags from it: ${tags}`,
      };
    }
  }
}
