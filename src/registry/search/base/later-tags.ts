import type { Tag } from "../../names.ts";

/** A tag that is a version: what stands before and behind it, and its numbers. */
interface VersionTag {
  readonly tag: Tag;
  readonly before: string;
  readonly numbers: readonly number[];
  readonly behind: string;
}

/** `12`, `v1.2.3`, `20-slim`, `3.19`; no number of more digits than a date has. */
const shape = /^(v?)(\d{1,8}(?:\.\d{1,8}){0,3})([-_+]?[A-Za-z].*)?$/;

/** How many digits more the first number of a later version may have: `9` and `10`, not `12` and a date. */
const moreDigits = 1;

/** How many are told. */
const told = 3;

/**
 * Of the tags of a repository those that are later versions of the same: with as many numbers, and with
 * the same before and behind them. The nearest, and the last ones; in the order of versions. Nothing for a
 * tag that is no version.
 */
export function laterTags(of: string, all: readonly Tag[]): Tag[] {
  const current = versionTag(of as Tag);
  if (current === undefined) return [];
  const later = all
    .map(versionTag)
    .filter((each) => each !== undefined)
    .filter((each) => isSameKind(each, current) && order(each, current) > 0)
    .sort(order);
  const nearest = later.slice(0, 1);
  return [...nearest, ...later.slice(1).slice(-(told - 1))].map(({ tag }) => tag);
}

function versionTag(tag: Tag): VersionTag | undefined {
  const [, before, version, behind = ""] = shape.exec(tag) ?? [];
  if (before === undefined || version === undefined) return undefined;
  return { tag, before, numbers: version.split(".").map(Number), behind };
}

function isSameKind(one: VersionTag, other: VersionTag): boolean {
  if (one.before !== other.before || one.behind !== other.behind) return false;
  if (one.numbers.length !== other.numbers.length) return false;
  const [digits, others] = [one, other].map(({ numbers: [first = 0] }) => String(first).length);
  return Math.abs(digits! - others!) <= moreDigits;
}

function order(one: VersionTag, other: VersionTag): number {
  for (const [at, number] of one.numbers.entries()) {
    const difference = number - (other.numbers[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
