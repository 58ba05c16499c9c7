/** One release of a product. Days as `2026-08-16`; `true` and `false` where no day is known. */
export interface ReleaseDates {
  readonly release: string;
  readonly codename?: string;
  readonly releasedOn?: string;
  /** When active support ends. */
  readonly supportEnds?: string | boolean;
  /** When security support ends. */
  readonly securityEnds?: string | boolean;
  /** When support that is paid for or a volunteer's ends. */
  readonly extendedEnds?: string | boolean;
  readonly latest?: string;
}

/** By product as endoflife.date names them: `debian`, `nodejs`. */
export type EndOfLifeDates = Readonly<Record<string, readonly ReleaseDates[]>>;
