import { adviceLimits } from "./advice-limits.ts";
import type { BuildStep } from "./image-history.ts";
import { hideSecrets } from "./secrets/find-secrets.ts";

/** `12.3 MB` */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** `/a, /b, /c and 4 more` */
export function pathsText(paths: readonly string[]): string {
  const named = paths.slice(0, adviceLimits.pathsPerAdvice).map((path) => `/${path}`);
  const more = paths.length - named.length;
  return more === 0 ? named.join(", ") : `${named.join(", ")} and ${more} more`;
}

/** What made a layer, short enough for a sentence. */
export function stepText(step: BuildStep | undefined): string {
  if (step === undefined) return "a layer";
  // Hidden before it is cut: half a secret would not be known as one.
  const whole = hideSecrets(`${step.instruction} ${step.text.slice(0, 20_000)}`.trim());
  const text = whole.replace(/\s+/g, " ");
  return `\`${text.length > 80 ? `${text.slice(0, 79)}…` : text}\``;
}

/** `1 file`, `2 files` */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
