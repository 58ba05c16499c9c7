/** How long ago an image was pushed, and the days that are the bound of it. */
export const imageAges = {
  WEEK: 7,
  MONTH: 30,
  QUARTER: 90,
  HALF_YEAR: 180,
  YEAR: 365,
  OLDER: Number.POSITIVE_INFINITY,
} as const;
export type ImageAge = keyof typeof imageAges;

/** Images that can be pulled, by age. */
export type ImageAgeCounts = Readonly<Record<ImageAge, number>>;

/** How a registry's images stood when they were looked at last on a day. */
export interface ImageCensus {
  /** The begin of the day, of UTC. Milliseconds since the epoch. */
  readonly at: number;
  /** Images whose last scan has a result, by the worst that it found: `NONE` where nothing was. */
  readonly worst: Readonly<Record<string, number>>;
  readonly ages: ImageAgeCounts;
}
