/**
 * Whether a record of OSV affects a version, written down from the schema's "Evaluation" without any of what the
 * scanner has for that: no compiling, no order of events, no groups. Only versions are compared by the same code.
 */
type Words = { readonly informational?: string };
export type Compare = (one: string, other: string) => number | undefined;

interface OsvEvent {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly last_affected?: string;
}

interface OsvAffected {
  readonly package?: { readonly ecosystem: string; readonly name: string };
  readonly ranges?: readonly { readonly type: string; readonly events: readonly OsvEvent[] }[];
  readonly versions?: readonly string[];
  readonly database_specific?: Words;
}

export interface OsvRecord {
  readonly id: string;
  readonly withdrawn?: string;
  readonly aliases?: readonly string[];
  readonly upstream?: readonly string[];
  readonly affected?: readonly OsvAffected[];
  readonly database_specific?: Words;
}

/** `undefined` where a range has an end that is no version: such a record proves nothing. */
export function slowlyAffects(
  record: OsvRecord,
  ecosystem: string,
  name: string,
  version: string,
  compare: Compare,
): boolean | undefined {
  let affects = false;
  for (const affected of record.affected ?? []) {
    if (affected.package?.ecosystem !== ecosystem || affected.package.name !== name) continue;
    if ((affected.versions ?? []).includes(version)) affects = true;
    for (const { type, events } of affected.ranges ?? []) {
      if (type === "GIT") continue;
      const inside = inRange(events, version, compare);
      if (inside === undefined) return undefined;
      if (inside) affects = true;
    }
  }
  return affects;
}

/**
 * The state after the last event that is not above the version. Found by looking through all events for each
 * candidate instead of sorting them.
 */
function inRange(events: readonly OsvEvent[], version: string, compare: Compare) {
  let best: { readonly at: string; readonly on: boolean; readonly place: number } | undefined;
  for (const [place, event] of events.entries()) {
    const at = event.introduced ?? event.fixed ?? event.last_affected ?? "";
    const isBeginning = event.introduced === "0";
    if (!isBeginning && at !== "0" && compare(at, at) === undefined) return undefined;
    const order = isBeginning || event.fixed === "0" ? 1 : compare(version, at);
    if (compare(version, version) === undefined || order === undefined) return false;
    const counts = event.last_affected === undefined ? order >= 0 : order > 0;
    if (!counts) continue;
    const on = event.introduced !== undefined;
    if (best === undefined || isLater(at, best.at, compare)) best = { at, on, place };
  }
  return best?.on ?? false;
}

function isLater(one: string, other: string, compare: Compare): boolean {
  if (other === "0") return true;
  if (one === "0") return false;
  return (compare(one, other) ?? 0) >= 0;
}

/** Versions at, just before and just after each event of a record, and such as stand nowhere near. */
export function probesOf(record: OsvRecord, ecosystem: string, name: string): string[] {
  const probes = new Set<string>(["0", "1", "999999", "0.0.1", "1.0-1"]);
  for (const affected of record.affected ?? []) {
    if (affected.package?.ecosystem !== ecosystem || affected.package.name !== name) continue;
    for (const version of (affected.versions ?? []).slice(0, 20)) probes.add(version);
    for (const { events } of affected.ranges ?? []) {
      for (const event of events) {
        for (const at of Object.values(event) as string[])
          for (const near of around(at)) probes.add(near);
      }
    }
  }
  return [...probes];
}

function around(version: string): string[] {
  const near = [version, `${version}.1`, `${version}~1`, `${version}-rc1`, `${version}a1`];
  near.push(`${version}.0`, `${version}+b1`, `${version}-r1`, `v${version}`);
  for (const match of version.matchAll(/\d+/g)) {
    const number = BigInt(match[0]);
    const [before, after] = [
      version.slice(0, match.index),
      version.slice(match.index + match[0].length),
    ];
    near.push(`${before}${number + 1n}${after}`);
    if (number > 0n) near.push(`${before}${number - 1n}${after}`);
  }
  return near;
}
