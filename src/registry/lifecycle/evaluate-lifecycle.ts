import type { CandidateImage } from "./candidate-image.ts";
import { type CompiledRule, tagsAbout } from "./compile-lifecycle.ts";
import {
  type BlockReason,
  ImageJudge,
  itemsOf,
  type Judgement,
  type SeenImage,
} from "./judge-image.ts";
import { SeenImages } from "./seen-images.ts";

/** What a rule does to an image. */
export interface LifecycleVerdict {
  readonly digest: string;
  readonly rulePriority: number;
  /** `untag`: some of its tags go, and it stays; see `EvaluatedLifecycle.markedTags`. */
  readonly action: "expire" | "transition" | "untag";
  readonly sizeBytes: number;
  /** Of a rule per tag: how many of the tags that it is about stay, the youngest of them. */
  readonly keptTags: number | undefined;
}

/** What a rule would have done. */
export interface BlockedVerdict extends LifecycleVerdict {
  readonly reason: BlockReason;
  /** The priority of the rule that retains it, where that is the reason. */
  readonly retainedBy: number | undefined;
}

export interface RuleOutcome {
  readonly rulePriority: number;
  /** Images whose storage class and tags are the rule's. */
  readonly matched: number;
  /** Of those, the ones that it would act on by itself, or that it retains. */
  readonly marked: number;
  /** Of those, the ones on which nothing comes before it, and of these, those it must not touch. */
  readonly verdicts: number;
  readonly blocked: number;
  /** Where all that it matches falls to rules before it: their priorities. Else empty. */
  readonly shadowedBy: readonly number[];
}

interface Tally {
  matched: number;
  marked: number;
  verdicts: number;
  blocked: number;
  /** Places of rules to which its matches fall. */
  readonly owners: Set<number>;
}

/**
 * One evaluation of rules over the images of a repository, which go by in any order, each once. The
 * outcome follows from rules, images and time alone. Source: ECR, "How lifecycle policies work" and
 * "Lifecycle policy evaluation rules":
 *
 * - Each rule looks at all images of its storage class, as if no other rule had acted.
 * - An image that has the tags that a rule asks for is out of reach of all rules after it, whether
 *   that rule has marked it or not.
 * - What an index lists, and what is in use, counts and matches, and is left alone. A referrer whose
 *   subject is here does not even count.
 *
 * Ours: a rule that retains leaves an image out of reach of all rules, wherever it stands itself, and
 * lets what it does not retain pass. A rule per tag counts and marks single tags. Of images of one
 * time, what sorts later by its digest is younger, and of an image's tags what sorts later.
 */
export class LifecycleEvaluation {
  readonly #judge: ImageJudge;
  readonly #seen: SeenImages;
  readonly #tallies: readonly Tally[];

  /**
   * @param rules by priority, from `compileLifecycle`
   * @param now in milliseconds since the epoch
   */
  constructor(rules: readonly CompiledRule[], now: number) {
    this.#judge = new ImageJudge(rules, now);
    this.#seen = new SeenImages(rules);
    this.#tallies = rules.map(() => ({
      matched: 0,
      marked: 0,
      verdicts: 0,
      blocked: 0,
      owners: new Set(),
    }));
  }

  add(image: CandidateImage): void {
    if (image.isReferrerOfLive) return;
    const items = this.#judge.rules.map((rule) => itemsOf(rule, image));
    const seen = this.#judge.see(image, items);
    this.#seen.push(seen, items);
    for (const [place, counted] of items.entries()) {
      if (counted === 0) continue;
      const tally = this.#tallies[place]!;
      tally.matched++;
      tally.owners.add(seen.owner);
      if (this.#judge.isMarkedByAge(place, image)) tally.marked++;
    }
  }

  finish(): EvaluatedLifecycle {
    this.#findBoundaries();
    const verdicts: number[] = [];
    let nextDueAt = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.#seen.length; index++) {
      const image = this.#seen.at(index);
      if (this.#judged(index, image) !== undefined) verdicts.push(index);
      nextDueAt = Math.min(nextDueAt, this.#judge.dueAt(image, this.#itemsOf(index)));
    }
    const outcome: { verdicts: LifecycleVerdict[]; blocked: BlockedVerdict[] } = {
      verdicts: [],
      blocked: [],
    };
    for (const index of this.#seen.byOwner(verdicts)) {
      const image = this.#seen.at(index);
      const { rule, action, keptTags, reason, retainedBy } = this.#judged(index, image)!;
      const { digest, sizeBytes } = image;
      const { rulePriority } = rule;
      const verdict = { digest, rulePriority, action, sizeBytes, keptTags };
      const tally = this.#tallies[image.owner]!;
      if (reason === undefined) {
        tally.verdicts++;
        outcome.verdicts.push(verdict);
      } else {
        tally.blocked++;
        outcome.blocked.push({ ...verdict, reason, retainedBy });
      }
    }
    return new EvaluatedLifecycle({
      ...outcome,
      judge: this.#judge,
      rules: this.#ruleOutcomes(),
      nextDueAt: nextDueAt === Number.POSITIVE_INFINITY ? undefined : nextDueAt,
    });
  }

  #judged(index: number, image: SeenImage): Judgement | undefined {
    return this.#judge.judge(image, this.#itemsOf(index));
  }

  #itemsOf(index: number): (place: number) => number {
    return (place) => this.#seen.items(index, place);
  }

  /** How far each rule that counts goes: it keeps so many from the youngest on. */
  #findBoundaries(): void {
    let order: Uint32Array | undefined;
    for (const [place, { action, count }] of this.#judge.rules.entries()) {
      if (count?.countType !== "imageCountMoreThan") continue;
      order ??= this.#seen.byAge();
      let left = count.countNumber;
      let marked = 0;
      for (let at = order.length - 1; at >= 0; at--) {
        const index = order[at]!;
        const items = this.#seen.items(index, place);
        if (items > left && marked === 0) {
          const { digest, countClock } = this.#seen.at(index);
          this.#judge.boundaries.set(place, { digest, countClock, keeps: left });
        }
        if (items > left) marked++;
        left = Math.max(0, left - items);
      }
      const tally = this.#tallies[place]!;
      tally.marked = action === "retain" ? tally.matched - marked : marked;
    }
  }

  #ruleOutcomes(): RuleOutcome[] {
    return this.#judge.rules.map(({ rulePriority, action }, place) => {
      const { owners, ...counts } = this.#tallies[place]!;
      const isShadowed = action !== "retain" && owners.size > 0 && !owners.has(place);
      const shadowedBy = isShadowed ? [...owners].sort((a, b) => a - b) : [];
      return {
        rulePriority,
        ...counts,
        shadowedBy: shadowedBy.map((owner) => this.#judge.rules[owner]!.rulePriority),
      };
    });
  }
}

/** What came of an evaluation. */
export class EvaluatedLifecycle {
  /** What is to be done: rule by rule, in the order of their priorities, oldest first. */
  readonly verdicts: readonly LifecycleVerdict[];
  /** What would have been done, in the same order. */
  readonly blocked: readonly BlockedVerdict[];
  /** By priority. */
  readonly rules: readonly RuleOutcome[];
  /**
   * The earliest time at which there will be a verdict that there is not now, if nothing changes;
   * `undefined` for never. That an index goes or a use ends is a change.
   */
  readonly nextDueAt: number | undefined;
  readonly judge: ImageJudge;

  constructor(outcome: Omit<EvaluatedLifecycle, "markedTags" | "stillStands">) {
    this.verdicts = outcome.verdicts;
    this.blocked = outcome.blocked;
    this.rules = outcome.rules;
    this.nextDueAt = outcome.nextDueAt;
    this.judge = outcome.judge;
  }

  /**
   * Whether a verdict is also what comes of the image as it is by now. What other images are does not
   * count: who changes what rules count asks for another evaluation.
   */
  stillStands(verdict: LifecycleVerdict, image: CandidateImage): boolean {
    if (image.isReferrerOfLive) return false;
    const items = this.judge.rules.map((rule) => itemsOf(rule, image));
    const judgement = this.judge.judge(this.judge.see(image, items), (place) => items[place]!);
    if (judgement === undefined || judgement.reason !== undefined) return false;
    const { rule, action } = judgement;
    return rule.rulePriority === verdict.rulePriority && action === verdict.action;
  }

  /**
   * The tags that go by a verdict of a rule per tag, sorted; none by another's. Tags are not remembered,
   * so that what an evaluation takes does not depend on how many there are.
   * @param tags all that the image has
   */
  markedTags(verdict: LifecycleVerdict, tags: readonly string[]): readonly string[] {
    const rule = this.judge.rules.find(({ rulePriority }) => rulePriority === verdict.rulePriority);
    if (rule === undefined || verdict.keptTags === undefined) return [];
    const about = tagsAbout(rule, { tags });
    return about.slice(0, Math.max(0, about.length - verdict.keptTags));
  }
}
