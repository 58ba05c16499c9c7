import { invariant } from "../errors.ts";
import type { CandidateImage } from "./candidate-image.ts";
import type { CompiledRule } from "./compile-lifecycle.ts";
import { clockOf, isOlder, olderFrom } from "./lifecycle-clock.ts";

/** Why a rule leaves an image alone that it has marked. */
export type BlockReason = "ImageReferencedByManifestList" | "InUse" | "Retained";

/** Where an image stands among those that are counted: see `isYounger`. */
export interface CountedPlace {
  readonly digest: string;
  readonly countClock: number;
}

/** The youngest image that a rule which counts has marked. */
export interface Boundary extends CountedPlace {
  /** Of a rule that counts tags: how many of this image's it leaves. */
  readonly keeps: number;
}

/** What is remembered of an image until all were seen. Rules are named by their place in the list. */
export interface SeenImage extends CountedPlace {
  readonly sizeBytes: number;
  /** The first rule that it fits, which alone may act on it; -1 where there is none. */
  readonly owner: number;
  /** By the owner's clock. */
  readonly ownerClock: number;
  /** Whether the owner is about each of its tags. */
  readonly isAllOwners: boolean;
  readonly block: Exclude<BlockReason, "Retained"> | undefined;
  /** The first rule that retains it, of those that do not count; -1 where there is none. */
  readonly retainer: number;
  /** From when on none of those retains it. */
  readonly retainedUntil: number;
}

/** What comes of an image. */
export interface Judgement {
  /** The rule that marked it, if it is the owner. */
  readonly rule: CompiledRule;
  readonly action: "expire" | "transition" | "untag";
  /** Of a rule per tag: how many of the tags that it is about stay. */
  readonly keptTags: number | undefined;
  readonly reason: BlockReason | undefined;
  readonly retainedBy: number | undefined;
}

/**
 * How many of its tags a rule per tag counts in this image, 1 for an image that another rule matches,
 * and 0 for one that it does not.
 */
export function itemsOf(rule: CompiledRule, image: CandidateImage): number {
  if (rule.storageClass !== image.storageClass || !rule.fits(image.tags)) return 0;
  if (!rule.perTag) return 1;
  return image.tags.reduce((count, tag) => (rule.isAbout(tag) ? count + 1 : count), 0);
}

/** Younger by the clock; of equal clocks, what sorts later is younger, so that an outcome is certain. */
export function isYounger(a: CountedPlace, b: CountedPlace): boolean {
  return a.countClock === b.countClock ? a.digest > b.digest : a.countClock > b.countClock;
}

/** Judges images by rules, once it is known how far each rule that counts goes. */
export class ImageJudge {
  readonly rules: readonly CompiledRule[];
  readonly now: number;
  /** Of rules that count and have marked something, by place. */
  readonly boundaries = new Map<number, Boundary>();
  readonly #countedRetainers: readonly number[];

  /** @param rules by priority */
  constructor(rules: readonly CompiledRule[], now: number) {
    this.rules = rules;
    this.now = now;
    this.#countedRetainers = [...rules.keys()].filter((place) => {
      const { action, count } = rules[place]!;
      return action === "retain" && count?.countType === "imageCountMoreThan";
    });
  }

  /** @param items what each rule counts in the image, by place: see `itemsOf` */
  see(image: CandidateImage, items: readonly number[]): SeenImage {
    const owner = this.rules.findIndex(
      ({ action }, place) => action !== "retain" && items[place] !== 0,
    );
    const rule = this.rules[owner];
    const countClock = clockOf("imageCountMoreThan", image);
    return {
      digest: image.digest,
      sizeBytes: image.sizeBytes,
      countClock,
      owner,
      ownerClock: rule?.count === undefined ? countClock : clockOf(rule.count.countType, image),
      isAllOwners: items[owner] === image.tags.length,
      block: blockOf(image, rule),
      ...this.#retention(image, items),
    };
  }

  #retention(
    image: CandidateImage,
    items: readonly number[],
  ): Pick<SeenImage, "retainer" | "retainedUntil"> {
    let retainer = -1;
    let retainedUntil = Number.NEGATIVE_INFINITY;
    for (const [place, { action, count }] of this.rules.entries()) {
      if (action !== "retain" || items[place] === 0) continue;
      if (count?.countType === "imageCountMoreThan") continue;
      const until =
        count === undefined
          ? Number.POSITIVE_INFINITY
          : olderFrom(clockOf(count.countType, image), count.countNumber);
      if (until <= this.now) continue;
      if (retainer < 0) retainer = place;
      retainedUntil = Math.max(retainedUntil, until);
    }
    return { retainer, retainedUntil };
  }

  /**
   * How many of the items that a rule counts in an image it leaves; fewer than all: it has marked it.
   * Of a rule that retains, none: it does not retain it.
   * @param clock the rule's, of the image
   */
  kept(place: number, items: number, image: CountedPlace, clock: number): number {
    const { count } = this.rules[place]!;
    if (count === undefined) return items;
    if (count.countType !== "imageCountMoreThan") {
      return isOlder(clock, count.countNumber, this.now) ? 0 : items;
    }
    const boundary = this.boundaries.get(place);
    if (boundary === undefined || isYounger(image, boundary)) return items;
    return image.digest === boundary.digest ? boundary.keeps : 0;
  }

  /** Whether a rule that goes by age marks, or retains, an image that it matches. */
  isMarkedByAge(place: number, image: CandidateImage): boolean {
    const { action, count } = this.rules[place]!;
    if (count === undefined) return true;
    if (count.countType === "imageCountMoreThan") return false;
    const isOld = isOlder(clockOf(count.countType, image), count.countNumber, this.now);
    return isOld !== (action === "retain");
  }

  /**
   * What the rules do to an image, or would do; `undefined` where none has marked it that may act.
   * @param items what each rule counts in it
   */
  judge(image: SeenImage, items: (place: number) => number): Judgement | undefined {
    const { owner } = image;
    if (owner < 0) return undefined;
    const rule = this.rules[owner]!;
    const kept = this.kept(owner, items(owner), image, image.ownerClock);
    if (kept === items(owner)) return undefined;
    invariant(rule.action !== "retain", "a rule that retains owns nothing");
    const isWhole = !rule.perTag || (kept === 0 && image.isAllOwners);
    const retainer = this.#retainer(image, items);
    const reason = image.block ?? (retainer < 0 ? undefined : "Retained");
    return {
      rule,
      action: isWhole ? rule.action : "untag",
      keptTags: rule.perTag ? kept : undefined,
      reason,
      retainedBy: reason === "Retained" ? this.rules[retainer]!.rulePriority : undefined,
    };
  }

  /** When the rules will do more to an image than now if nothing changes; infinite for never. */
  dueAt(image: SeenImage, items: (place: number) => number): number {
    const never = Number.POSITIVE_INFINITY;
    if (image.owner < 0 || image.block !== undefined) return never;
    if (this.#countingRetainer(image, items) >= 0) return never;
    const { count } = this.rules[image.owner]!;
    invariant(count !== undefined, "a rule that acts counts something");
    const { countType, countNumber } = count;
    let markedFrom = olderFrom(image.ownerClock, countNumber);
    if (countType === "imageCountMoreThan") {
      const isMarked = this.judge(image, items) !== undefined;
      markedFrom = isMarked ? this.now : never;
    }
    const dueAt = Math.max(markedFrom, image.retainedUntil);
    return dueAt > this.now ? dueAt : never;
  }

  #retainer(image: SeenImage, items: (place: number) => number): number {
    const counting = this.#countingRetainer(image, items);
    if (counting < 0 || image.retainer < 0) return Math.max(counting, image.retainer);
    return Math.min(counting, image.retainer);
  }

  #countingRetainer(image: SeenImage, items: (place: number) => number): number {
    for (const place of this.#countedRetainers) {
      const counted = items(place);
      if (counted > 0 && this.kept(place, counted, image, image.countClock) > 0) return place;
    }
    return -1;
  }
}

/** What an index lists stays while that can be pulled. ECR, "How lifecycle policies work", step 6. */
function blockOf(image: CandidateImage, rule: CompiledRule | undefined): SeenImage["block"] {
  const staysWithArchived = image.isReferencedByArchivedIndex && rule?.action !== "transition";
  if (image.isReferencedByIndex || staysWithArchived) return "ImageReferencedByManifestList";
  return image.inUse ? "InUse" : undefined;
}
