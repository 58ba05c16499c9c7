import type { Distribution } from "./distribution.ts";

/** Dates are `YYYY-MM-DD`; true stands for a date that is past and not known, false for one to come. */
type EndDate = string | boolean;

/** A release as endoflife.date tells it. */
export interface ReleaseCycle {
  /** `12`, `3.19`, `22.04`. */
  readonly releaseCycle: string;
  /** When its maker stops fixing what is found in it. */
  readonly eol?: EndDate;
  /** When longer support ends: for who pays for it, or by others than its maker. */
  readonly eoes?: EndDate;
  /** Its newest version. */
  readonly latest?: string;
}

/** By product: `debian`, `alpine-linux`, `nodejs`. */
export type EndOfLifeData = Readonly<Record<string, readonly ReleaseCycle[]>>;

/** What is known of the support that a release has. */
export type Support =
  /** Nothing is known of it: it may have ended or not. */
  | { readonly state: "UNKNOWN" }
  | { readonly state: "SUPPORTED"; readonly release: string; readonly until?: string }
  /** Only who takes part in longer support still gets fixes. */
  | {
      readonly state: "EXTENDED";
      readonly release: string;
      readonly since?: string;
      readonly until?: string;
    }
  | { readonly state: "ENDED"; readonly release: string; readonly since?: string };

const products = new Map([
  ["debian", "debian"],
  ["ubuntu", "ubuntu"],
  ["alpine", "alpine-linux"],
  ["rhel", "rhel"],
  ["almalinux", "almalinux"],
  ["rocky", "rocky-linux"],
  ["ol", "oracle-linux"],
  ["amzn", "amazon-linux"],
  ["fedora", "fedora"],
  ["sles", "sles"],
  ["opensuse-leap", "opensuse"],
]);

/** Whether a distribution still gets fixes. Of derivatives and rolling ones nothing is known. */
export function supportOfDistribution(
  data: EndOfLifeData,
  distribution: Distribution,
  now: Date,
): Support {
  const { id, versionId, name } = distribution;
  const product =
    id === "centos" ? (name.includes("Stream") ? "centos-stream" : "centos") : products.get(id);
  if (product === undefined || versionId === undefined) return { state: "UNKNOWN" };
  return supportOf(data, product, versionId, now);
}

/**
 * Whether a version of a product still gets fixes: that of the release with the most of its numbers. A
 * release is supported until its last day has passed.
 */
export function supportOf(
  data: EndOfLifeData,
  product: string,
  version: string,
  now: Date,
): Support {
  const cycles = Object.hasOwn(data, product) ? data[product] : undefined;
  const cycle = cycles
    ?.filter(
      ({ releaseCycle }) => version === releaseCycle || version.startsWith(`${releaseCycle}.`),
    )
    .toSorted((a, b) => b.releaseCycle.length - a.releaseCycle.length)[0];
  if (cycle?.eol === undefined) return { state: "UNKNOWN" };
  const today = now.toISOString().slice(0, 10);
  const release = cycle.releaseCycle;
  if (!isPast(cycle.eol, today))
    return { state: "SUPPORTED", release, ...dated("until", cycle.eol) };
  const since = dated("since", cycle.eol);
  const hasLonger = cycle.eoes !== undefined && !isPast(cycle.eoes, today);
  if (hasLonger) return { state: "EXTENDED", release, ...since, ...dated("until", cycle.eoes) };
  return { state: "ENDED", release, ...since };
}

function isPast(end: EndDate, today: string): boolean {
  return typeof end === "boolean" ? end : end < today;
}

function dated<Key extends "since" | "until">(key: Key, end: EndDate | undefined) {
  return typeof end === "string" ? ({ [key]: end } as { readonly [name in Key]: string }) : {};
}
