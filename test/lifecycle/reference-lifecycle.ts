/**
 * A slow evaluator of lifecycle rules, to hold the engine against. It works on plain JSON and shares
 * nothing with the engine. Written sentence by sentence from ECR's user guide, "How lifecycle policies
 * work" and "Lifecycle policy properties", and from what ADR-0037 adds to them.
 */

export interface PlainRule {
  rulePriority: number;
  selection: {
    tagStatus: string;
    tagPatternList?: string[];
    tagPrefixList?: string[];
    tagRegularExpression?: string;
    tagSemverRange?: string;
    storageClass?: string;
    countType?: string;
    countUnit?: string;
    countNumber?: number;
  };
  perTag?: boolean;
  action: { type: string; targetStorageClass?: string };
}

export interface PlainImage {
  digest: string;
  tags: string[];
  storageClass: "standard" | "archive";
  pushedAt: number;
  pulledAt?: number;
  archivedAt?: number;
  activatedAt?: number;
  sizeBytes: number;
  isReferencedByIndex: boolean;
  isReferencedByArchivedIndex: boolean;
  isReferrerOfLive: boolean;
  inUse: boolean;
}

export interface ReferenceVerdict {
  digest: string;
  rulePriority: number;
  action: string;
  tags?: string[];
  reason?: string;
  retainedBy?: number;
}

export interface ReferenceRule {
  rulePriority: number;
  matched: number;
  marked: number;
  shadowedBy: number[];
}

export interface ReferenceOutcome {
  verdicts: ReferenceVerdict[];
  blocked: ReferenceVerdict[];
  rules: ReferenceRule[];
}

/** "*" is any run of characters, also an empty one; the pattern is about the whole tag. */
export function wildcardFits(pattern: string, tag: string): boolean {
  if (pattern === "") return tag === "";
  if (pattern[0] === "*") {
    if (wildcardFits(pattern.slice(1), tag)) return true;
    return tag !== "" && wildcardFits(pattern, tag.slice(1));
  }
  return pattern[0] === tag[0] && tag !== "" && wildcardFits(pattern.slice(1), tag.slice(1));
}

/** The few regular expressions and ranges that random rules have, each with its meaning in plain code. */
export const plainExpressions: Record<string, (tag: string) => boolean> = {
  "[ab]-[0-9]": (tag) => /^[ab]-[0-9]$/.test(tag),
  "v.*": (tag) => tag.startsWith("v"),
  "(a|c).*[12]": (tag) => /^[ac]/.test(tag) && tag.length > 1 && /[12]$/.test(tag),
};
export const plainRanges: Record<string, (tag: string) => boolean> = {
  ">=1.0.0": (tag) => versionOf(tag) >= 1_000,
  "1.x": (tag) => versionOf(tag) >= 1_000 && versionOf(tag) < 2_000,
  "<1.2.0": (tag) => versionOf(tag) >= 0 && versionOf(tag) < 1_020,
};

/** 1.2.3 is 1023; what is no version is -1. Good for single digits. */
function versionOf(tag: string): number {
  const parts = /^v?([0-9])\.([0-9])\.([0-9])$/.exec(tag);
  if (parts === null) return -1;
  return Number(parts[1]) * 1000 + Number(parts[2]) * 10 + Number(parts[3]);
}

/** The tests of a rule, one for each entry of its list. */
function entriesOf(rule: PlainRule): ((tag: string) => boolean)[] {
  const { tagPatternList, tagPrefixList, tagRegularExpression, tagSemverRange } = rule.selection;
  if (tagPatternList) return tagPatternList.map((p) => (tag) => wildcardFits(p, tag));
  if (tagPrefixList) return tagPrefixList.map((p) => (tag) => tag.indexOf(p) === 0);
  if (tagRegularExpression) return [plainExpressions[tagRegularExpression]!];
  return [plainRanges[tagSemverRange!]!];
}

/** 2. "EVERY entry of the list must match at least one of the image's tags." */
function hasTheTags(rule: PlainRule, image: PlainImage): boolean {
  if (rule.selection.tagStatus === "any") return true;
  if (rule.selection.tagStatus === "untagged") return image.tags.length === 0;
  for (const entry of entriesOf(rule)) {
    let found = false;
    for (const tag of image.tags) if (entry(tag)) found = true;
    if (!found) return false;
  }
  return true;
}

/** The tags of an image by which it matches. */
function tagsOf(rule: PlainRule, image: PlainImage): string[] {
  return image.tags.filter((tag) => entriesOf(rule).some((entry) => entry(tag)));
}

function classOf(rule: PlainRule): string {
  return rule.selection.storageClass ?? "standard";
}

/** 1. and 3. "Every rule identifies its matches over ALL images." 7. But referrers go with their subject. */
function matchesOf(rule: PlainRule, images: PlainImage[]): PlainImage[] {
  return images.filter(
    (image) =>
      !image.isReferrerOfLive && image.storageClass === classOf(rule) && hasTheTags(rule, image),
  );
}

function clockOf(rule: PlainRule, image: PlainImage): number {
  const restoredLater = image.activatedAt !== undefined && image.activatedAt > image.pushedAt;
  const pushed = restoredLater ? image.activatedAt! : image.pushedAt;
  if (rule.selection.countType === "sinceImagePulled") {
    if (image.pulledAt === undefined) return pushed;
    if (image.activatedAt !== undefined && image.activatedAt > image.pulledAt) return pushed;
    return image.pulledAt;
  }
  if (rule.selection.countType === "sinceImageTransitioned") return image.archivedAt!;
  return pushed;
}

/** Oldest first; of one time, what sorts first. */
function oldestFirst(rule: PlainRule, images: PlainImage[]): PlainImage[] {
  return [...images].sort((a, b) => {
    const [x, y] = [clockOf(rule, a), clockOf(rule, b)];
    if (x !== y) return x - y;
    return a.digest < b.digest ? -1 : 1;
  });
}

function isOld(rule: PlainRule, image: PlainImage, now: number): boolean {
  return now - clockOf(rule, image) > rule.selection.countNumber! * 24 * 60 * 60 * 1000;
}

/** 4. By count, all beyond the youngest `countNumber`; by age, all that are older. With their tags. */
function marksOf(rule: PlainRule, images: PlainImage[], now: number): Map<string, string[]> {
  const { countType, countNumber } = rule.selection;
  const matches = oldestFirst(rule, matchesOf(rule, images));
  const marked = new Map<string, string[]>();
  if (rule.perTag && countType === "imageCountMoreThan") {
    // Each matching tag is an item: by its image, and within that by name.
    const items: [string, string][] = [];
    for (const image of matches) {
      for (const tag of tagsOf(rule, image).sort()) items.push([image.digest, tag]);
    }
    const gone = items.slice(0, Math.max(0, items.length - countNumber!));
    for (const [digest, tag] of gone) marked.set(digest, [...(marked.get(digest) ?? []), tag]);
    return marked;
  }
  const gone =
    countType === "imageCountMoreThan"
      ? matches.slice(0, Math.max(0, matches.length - countNumber!))
      : matches.filter((image) => isOld(rule, image, now));
  for (const image of gone) {
    marked.set(image.digest, rule.perTag ? tagsOf(rule, image).sort() : image.tags);
  }
  return marked;
}

/** Of a rule that retains: what it retains. */
function retainedBy(rule: PlainRule, images: PlainImage[], now: number): PlainImage[] {
  const matches = oldestFirst(rule, matchesOf(rule, images));
  const { countType, countNumber } = rule.selection;
  if (countType === undefined) return matches;
  if (countType === "imageCountMoreThan") {
    return matches.slice(Math.max(0, matches.length - countNumber!));
  }
  return matches.filter((image) => !isOld(rule, image, now));
}

export function referenceLifecycle(
  allRules: PlainRule[],
  images: PlainImage[],
  now: number,
): ReferenceOutcome {
  const rules = [...allRules].sort((a, b) => a.rulePriority - b.rulePriority);
  const acting = rules.filter((rule) => rule.action.type !== "retain");
  const outcome: ReferenceOutcome = { verdicts: [], blocked: [], rules: [] };
  for (const rule of rules) {
    const matched = matchesOf(rule, images);
    if (rule.action.type === "retain") {
      const marked = retainedBy(rule, images, now).length;
      const { rulePriority } = rule;
      outcome.rules.push({ rulePriority, matched: matched.length, marked, shadowedBy: [] });
      continue;
    }
    // 5. "can never be acted on by a lower one": the first whose tags an image has, has it.
    const before = acting.slice(0, acting.indexOf(rule));
    const takers = matched.map((image) =>
      before.find((other) => classOf(other) === image.storageClass && hasTheTags(other, image)),
    );
    const isShadowed = takers.length > 0 && takers.every((taker) => taker !== undefined);
    const marks = marksOf(rule, images, now);
    outcome.rules.push({
      rulePriority: rule.rulePriority,
      matched: matched.length,
      marked: marks.size,
      shadowedBy: isShadowed
        ? [...new Set(takers.map((taker) => taker!.rulePriority))].sort((a, b) => a - b)
        : [],
    });
    for (const image of oldestFirst(rule, matched)) {
      if (!marks.has(image.digest)) continue;
      const taken = before.some(
        (other) => classOf(other) === image.storageClass && hasTheTags(other, image),
      );
      if (taken) continue;
      push(outcome, { rule, rules, image, images, now, tags: marks.get(image.digest)! });
    }
  }
  return outcome;
}

interface Marked {
  rule: PlainRule;
  rules: PlainRule[];
  image: PlainImage;
  images: PlainImage[];
  now: number;
  tags: string[];
}

function push(outcome: ReferenceOutcome, { rule, rules, image, images, now, tags }: Marked): void {
  const verdict: ReferenceVerdict = {
    digest: image.digest,
    rulePriority: rule.rulePriority,
    action: rule.action.type,
  };
  // Per tag, the image goes only when no tag would remain.
  if (rule.perTag && tags.length < image.tags.length) {
    verdict.action = "untag";
    verdict.tags = tags;
  }
  // 6. "Skip images referenced by a live manifest list." "Archiving: list first too."
  const byArchived = image.isReferencedByArchivedIndex && rule.action.type !== "transition";
  const retaining = rules.find(
    (other) => other.action.type === "retain" && retainedBy(other, images, now).includes(image),
  );
  if (image.isReferencedByIndex || byArchived) {
    outcome.blocked.push({ ...verdict, reason: "ImageReferencedByManifestList" });
  } else if (image.inUse) {
    outcome.blocked.push({ ...verdict, reason: "InUse" });
  } else if (retaining !== undefined) {
    outcome.blocked.push({ ...verdict, reason: "Retained", retainedBy: retaining.rulePriority });
  } else {
    outcome.verdicts.push(verdict);
  }
}
