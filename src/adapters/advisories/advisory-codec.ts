import { deflateRawSync, inflateRawSync } from "node:zlib";
import { invariant } from "../../registry/errors.ts";
import {
  type Advisory,
  type AdvisoryModule,
  type AdvisoryState,
  ecosystemFamily,
  type RangeEvent,
  type Rating,
} from "../../registry/scanning/advisories/advisory.ts";

/** What it writes; an index of another format is built again. */
export const codecFormat = 1;

/** Of one place as JSON, inflated: the kernel's at most. */
const maximumBytes = 256 * 1024 * 1024;

/** What a record says of some releases: their numbers in the list of ecosystems, then what is said. */
type Part = readonly [
  ecosystems: readonly number[],
  ranges: readonly (readonly string[])[],
  versions: readonly string[],
  ofPackage: readonly Rating[],
  state: AdvisoryState | 0,
  module: AdvisoryModule | 0,
  informational: string | 0,
];

/** One record; times in seconds, 0 for what is absent. */
type Packed = readonly [
  id: string,
  aliases: readonly string[],
  upstream: readonly string[],
  modified: number,
  published: number,
  withdrawn: number,
  ratings: readonly Rating[],
  cwes: readonly string[],
  references: readonly string[],
  title: string | 0,
  parts: readonly Part[],
];

type Place = readonly [ecosystems: readonly string[], records: readonly Packed[]];

const letters = { introduced: "i", fixed: "f", "last affected": "l" } as const;
const kinds: Readonly<Record<string, RangeEvent[0]>> = {
  i: "introduced",
  f: "fixed",
  l: "last affected",
};

/** What most places hold, for the compressor to refer to. Part of the format. */
const dictionary = Buffer.from(
  [
    ...['"last affected","will not fix","unmaintained","isOfPackage":true,"AlmaLinux:10"'],
    ...["https://nvd.nist.gov/vuln/detail/CVE-201https://osv.dev/vulnerability/"],
    ...["https://lists.apache.org/thread/https://go.dev/cl/https://go.dev/issue/https://www."],
    ...["/security/advisories/GHSA-https://rustsec.org/advisories/https://github.com/"],
    ...[
      '{"source":"PYPA","vector":"{"source":"RUSTSEC","vector":"{"source":"BITNAMI","word":"HIGH"},',
    ],
    ...['{"source":"GITHUB","word":"MODERATE"},{"source":"GITHUB","word":"CRITICAL"},'],
    ...['{"source":"ALMALINUX","word":"IMPORTANT"}{"source":"ALMALINUX","word":"MODERATE"}'],
    ...[
      '{"source":"GITHUB","vector":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N"},',
    ],
    ...['{"source":"GITHUB","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"},'],
    ...[
      '{"source":"GITHUB","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],["CWE-79"],[],0,[[',
    ],
    ...['[["Alpine:edge","Alpine:v3.17","Alpine:v3.16","Alpine:v3.15"],[["ALPINE-CVE-202'],
    ...[
      '[["Debian:12","Debian:13"],[["DEBIAN-CVE-2024-["DSA-["DLA-[],["CVE-2023-"CVE-2022-"CVE-2021-',
    ],
    ...['[["AlmaLinux:8"],[["ALSA-2025:[["AlmaLinux:9"],[["ALSA-2026:'],
    ...['.module_el8.5.0+2618+8d46dafd"]],[],[],0,{"name":"'],
    ...['"]],[],[],0,0,0]]],["GHSA-["PYSEC-2026-["CVE-2026-["GO-2025-["CVE-2025-'],
    ...['["i","0","f","-r0"]],[],[],0,0,0]]],["i","0","f","-1.el9'],
  ].join(""),
);

/** All advisories of one place, in any order: equal ones give equal bytes. */
export function packAdvisories(advisories: readonly Advisory[]): Buffer {
  const ecosystems = [...new Set(advisories.map(({ ecosystem }) => ecosystem))].sort();
  const byId = new Map<string, Advisory[]>();
  for (const advisory of advisories) {
    const known = byId.get(advisory.id);
    if (known === undefined) byId.set(advisory.id, [advisory]);
    else known.push(advisory);
  }
  const records = [...byId.values()].map((parts) => packed(parts, ecosystems));
  records.sort(([one], [other]) => (one < other ? -1 : 1));
  const place: Place = [ecosystems, records];
  return deflateRawSync(JSON.stringify(place), { dictionary, level: 9 });
}

function packed(parts: readonly Advisory[], ecosystems: readonly string[]): Packed {
  const { id, aliases, upstream, cwes, references, title, ...first } = parts[0]!;
  const bySaid = new Map<string, { readonly part: Part; readonly numbers: number[] }>();
  for (const advisory of parts) {
    const number = ecosystems.indexOf(advisory.ecosystem);
    const part = partOf(advisory);
    const known = bySaid.get(JSON.stringify(part));
    if (known === undefined) bySaid.set(JSON.stringify(part), { part, numbers: [number] });
    else known.numbers.push(number);
  }
  const packedParts = [...bySaid.values()].map(({ part: [, ...said], numbers }): Part => {
    return [numbers.sort((one, other) => one - other), ...said];
  });
  packedParts.sort(([one], [other]) => one[0]! - other[0]!);
  return [
    id,
    aliases,
    upstream,
    seconds(first.modifiedAt),
    seconds(first.publishedAt),
    seconds(first.withdrawnAt),
    first.ratings.filter(({ isOfPackage }) => isOfPackage !== true),
    cwes,
    references,
    title ?? 0,
    packedParts,
  ];
}

function partOf(advisory: Advisory): Part {
  const { ranges, versions, ratings, state, module, informational } = advisory;
  const flat = ranges.map((range) => range.flatMap(([kind, at]) => [letters[kind], at]));
  const ofPackage = ratings.filter(({ isOfPackage }) => isOfPackage === true);
  return [[], flat, versions, ofPackage, state ?? 0, module ?? 0, informational ?? 0];
}

function seconds(time: number | undefined): number {
  return time === undefined ? 0 : Math.floor(time / 1000);
}

/** What `packAdvisories` made, under the name that its place has. */
export function unpackAdvisories(name: string, bytes: Uint8Array): Advisory[] {
  const json = inflateRawSync(bytes, { dictionary, maxOutputLength: maximumBytes });
  const [ecosystems, records] = JSON.parse(json.toString()) as Place;
  return records.flatMap((record) => unpacked(record, ecosystems, name));
}

function unpacked(record: Packed, ecosystems: readonly string[], name: string): Advisory[] {
  const [id, aliases, upstream, modified, published, withdrawn, ...rest] = record;
  const [ratings, cwes, references, title, parts] = rest;
  return parts.flatMap(([numbers, flat, versions, ofPackage, state, module, informational]) => {
    const said = {
      id,
      aliases,
      upstream,
      name,
      ranges: flat.map(eventsOf),
      versions,
      ratings: [...ofPackage, ...ratings],
      ...(state === 0 ? {} : { state }),
      ...(module === 0 ? {} : { module }),
      ...(informational === 0 ? {} : { informational }),
      ...(withdrawn === 0 ? {} : { withdrawnAt: withdrawn * 1000 }),
      modifiedAt: modified * 1000,
      ...(published === 0 ? {} : { publishedAt: published * 1000 }),
      ...(title === 0 ? {} : { title }),
      cwes,
      references,
    };
    return numbers.map((number): Advisory => ({ ...said, ecosystem: ecosystems[number]! }));
  });
}

function eventsOf(flat: readonly string[]): RangeEvent[] {
  const events: RangeEvent[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const kind = kinds[flat[at]!];
    invariant(kind !== undefined, "an event of an index is of no kind");
    events.push([kind, flat[at + 1]!]);
  }
  return events;
}

/** `Debian` and the name, as an index keeps them apart. */
export function placeOf(ecosystem: string, name: string): string {
  return `${ecosystemFamily(ecosystem)}\n${name}`;
}
