const dayMs = 24 * 3600 * 1000;

/** Days since a time that IAM wrote, in full. */
export function ageDays(time: string, now: number): number {
  return Math.floor((now - Date.parse(time)) / dayMs);
}

/** `today`, `1 day ago`, `90 days ago`; `never` where there is no time. */
export function agoText(time: string | undefined, now: number): string {
  if (time === undefined) return "never";
  const days = ageDays(time, now);
  if (days <= 0) return "today";
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

/** The day of a time that IAM wrote, for tables. */
export function dayText(time: string | undefined): string {
  return time === undefined ? "-" : time.slice(0, 10);
}

/** AWS JSON has seconds where IAM has text. */
export function isoText(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`;
}
