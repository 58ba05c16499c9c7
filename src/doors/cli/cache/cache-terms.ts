/** `entrepot cache`: what a rule of the pull-through cache may fetch. */
import type { cacheTermsAnswer } from "../../../operations/entrepot/cache-terms-answer.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";

export type CacheTermsAnswer = ReturnType<typeof cacheTermsAnswer>;

export interface TermsWish {
  readonly prefix: string;
  readonly fresh: string | undefined;
  readonly minimumAge: string | undefined;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly pins: readonly string[];
  readonly ends: string | undefined;
}

export function cacheTerms(server: Server, ecrRepositoryPrefix: string): Promise<CacheTermsAnswer> {
  return server.call("entrepot:GetPullThroughCacheTerms", { ecrRepositoryPrefix });
}

/**
 * What is not given is as usual from now on.
 * @throws CommandError for words that are no times or pins, and Refusal
 */
export function putTerms(server: Server, wish: TermsWish): Promise<CacheTermsAnswer> {
  const { prefix: ecrRepositoryPrefix, fresh, minimumAge, allow, deny, pins, ends } = wish;
  const now = Math.floor(server.now() / 1000);
  return server.call("entrepot:PutPullThroughCacheTerms", {
    ...{ ecrRepositoryPrefix, allow, deny, pins: pins.map(pinOf) },
    ...(fresh !== undefined && { freshSeconds: secondsOf(fresh) }),
    ...(minimumAge !== undefined && { minimumAgeSeconds: secondsOf(minimumAge) }),
    ...(ends !== undefined && { endsAt: now + secondsOf(ends) }),
  });
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** @throws CommandError for words that are no time */
export function secondsOf(text: string): number {
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const factor = units[unit];
  if (count !== undefined && factor !== undefined) return Number(count) * factor;
  throw new CommandError(`"${text}" is no time: use 90s, 30m, 12h or 7d`, 2);
}

function pinOf(text: string) {
  const [, name, imageTag = "", imageDigest = ""] = /^([^:@]+):([^:@]+)@(.+)$/.exec(text) ?? [];
  if (name !== undefined) return { repositoryName: name, imageTag, imageDigest };
  throw new CommandError(`"${text}" is no pin: use library/alpine:3@sha256:…`, 2);
}

export function termsText(terms: CacheTermsAnswer): string {
  const { ecrRepositoryPrefix, freshSeconds, minimumAgeSeconds, allow, deny, pins, endsAt } = terms;
  const listed = (names: readonly string[], none: string) =>
    names.length === 0 ? none : names.join(", ");
  return [
    `Rule ${ecrRepositoryPrefix}`,
    `  may fetch        ${listed(allow, "everything")}`,
    `  may not fetch    ${listed(deny, "nothing else")}`,
    `  minimum age      ${minimumAgeSeconds === 0 ? "none" : timeText(minimumAgeSeconds)}`,
    `  tags are good    ${timeText(freshSeconds)}`,
    ...(endsAt === undefined
      ? []
      : [`  ends             ${new Date(endsAt * 1000).toISOString()}`]),
    ...pins.map(
      (pin) => `  pinned           ${pin.repositoryName}:${pin.imageTag}@${pin.imageDigest}`,
    ),
  ].join("\n");
}

function timeText(seconds: number): string {
  const [unit, factor] = Object.entries(units)
    .toReversed()
    .find(([, each]) => seconds % each === 0) ?? ["s", 1];
  return `${seconds / factor}${unit}`;
}
