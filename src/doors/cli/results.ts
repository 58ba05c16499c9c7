/** Results of commands as sentences; `--json` shows the results themselves. */

import type { Check } from "./check.ts";
import type { Configured } from "./configure.ts";

export interface FsckResult {
  readonly repositories: number;
  readonly images: number;
  readonly layers: number;
  readonly objects: number;
  readonly shutObjects: number;
  readonly verifiedBytes: number;
  readonly problems: readonly { readonly message: string; readonly repaired: boolean }[];
}

export interface GcResult {
  readonly layers: number;
  readonly objects: number;
  readonly uploads: number;
  readonly bytes: number;
}

export function configuredText({ profile, endpointUrl, files }: Configured): string {
  return [
    `Wrote the profile "${profile}" for ${endpointUrl} to ${files.join(" and ")}.`,
    `Use it: export AWS_PROFILE=${profile}`,
  ].join("\n");
}

const marks = { ok: "ok  ", warn: "warn", fail: "FAIL" } as const;

export function checksText(checks: readonly Check[]): string {
  return checks
    .flatMap(({ status, name, detail, mend }) => [
      `${marks[status]}  ${name}: ${detail}`,
      ...(mend === undefined ? [] : [`        ${mend}`]),
    ])
    .join("\n");
}

export function fsckText(found: FsckResult, repair: boolean): string {
  const { repositories, images, layers, objects, shutObjects, verifiedBytes, problems } = found;
  const shut =
    shutObjects === 0 ? "" : ` ${shutObjects} objects stayed shut, as their keys may not be used.`;
  const looked =
    `Looked at ${repositories} repositories, ${images} images, ${layers} layers and ` +
    `${objects} objects; verified ${megabytes(verifiedBytes)}.${shut}`;
  if (problems.length === 0) return `${looked}\nEverything is whole.`;
  const lines = problems.map(
    ({ message, repaired }) => `${repaired ? "mended" : "FAULT "}  ${message}`,
  );
  const left = problems.filter((problem) => !problem.repaired).length;
  const hint = repair ? "" : " --repair mends what can be mended without losing anything.";
  const end = left === 0 ? "What was wrong is mended." : `Faults that remain: ${left}.${hint}`;
  return [...lines, looked, end].join("\n");
}

export function gcText({ layers, objects, uploads, bytes }: GcResult): string {
  return `Freed ${megabytes(bytes)}: ${objects} objects and ${uploads} uploads; unlinked ${layers} layers.`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}
