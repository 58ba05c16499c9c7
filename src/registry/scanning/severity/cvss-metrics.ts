/** Longer vectors are not read: one with all metrics of version 4 has some 200 characters. */
export const maxVectorLength = 512;

/** Values by metric, as a vector gives them. */
export type CvssMetrics = ReadonlyMap<string, string>;

/** The metrics that a vector must have, with their values. */
export type RequiredMetrics = Readonly<Record<string, string>>;

/**
 * The metrics of a vector, without its prefix. Undefined if one that is required is missing or has a value
 * that there is none of, if one is given twice, or if the text is no vector.
 */
export function parseMetrics(text: string, required: RequiredMetrics): CvssMetrics | undefined {
  const metrics = new Map<string, string>();
  for (const part of text.split("/")) {
    const colon = part.indexOf(":");
    const [name, value] = [part.slice(0, Math.max(colon, 0)), part.slice(colon + 1)];
    if (name === "" || value === "" || metrics.has(name)) return undefined;
    metrics.set(name, value);
  }
  const isComplete = Object.entries(required).every(([name, values]) =>
    isOneOf(metrics.get(name), values),
  );
  return isComplete ? metrics : undefined;
}

/** Whether a value is one letter of `letters`. */
export function isOneOf(value: string | undefined, letters: string): boolean {
  return value?.length === 1 && letters.includes(value);
}
