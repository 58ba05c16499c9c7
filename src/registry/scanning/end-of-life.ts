import type { EndOfLifeDates } from "./advisories/end-of-life-dates.ts";
import type { Distribution } from "./distribution.ts";

/** Dates are `YYYY-MM-DD`; true stands for a date that is past and not known, false for one to come. */
type EndDate = string | boolean;

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
  data: EndOfLifeDates,
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
  data: EndOfLifeDates,
  product: string,
  version: string,
  now: Date,
): Support {
  const cycles = Object.hasOwn(data, product) ? data[product] : undefined;
  const cycle = cycles
    ?.filter(({ release }) => version === release || version.startsWith(`${release}.`))
    .toSorted((a, b) => b.release.length - a.release.length)[0];
  if (cycle?.securityEnds === undefined) return { state: "UNKNOWN" };
  const today = now.toISOString().slice(0, 10);
  const { release, securityEnds, extendedEnds } = cycle;
  if (!isPast(securityEnds, today))
    return { state: "SUPPORTED", release, ...dated("until", securityEnds) };
  const since = dated("since", securityEnds);
  const hasLonger = extendedEnds !== undefined && !isPast(extendedEnds, today);
  if (hasLonger) return { state: "EXTENDED", release, ...since, ...dated("until", extendedEnds) };
  return { state: "ENDED", release, ...since };
}

/** Whether support of any release of a distribution ended between two times. */
export function hasSupportEnded(data: EndOfLifeDates, since: Date, until: Date): boolean {
  const all = [...products.values(), "centos", "centos-stream"];
  return all.some((product) => {
    const releases = Object.hasOwn(data, product) ? data[product] : undefined;
    const isEnded = (release: string, at: Date) =>
      supportOf(data, product, release, at).state === "ENDED";
    return releases?.some(({ release }) => isEnded(release, until) && !isEnded(release, since));
  });
}

function isPast(end: EndDate, today: string): boolean {
  return typeof end === "boolean" ? end : end < today;
}

function dated<Key extends "since" | "until">(key: Key, end: EndDate | undefined) {
  return typeof end === "string" ? ({ [key]: end } as { readonly [name in Key]: string }) : {};
}
