const minute = 60_000;

/** W3C's profile of ISO 8601: from a year down to fractions of a second, then the zone. */
const calendarShape =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[Tt](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?)?)?$/;
const secondsShape = /^-?\d{1,16}$/;

/**
 * The instant of a date in a policy or a request, in milliseconds since 1970, or `undefined` if it
 * is none. Four digits are a year; other whole numbers are seconds since 1970. Without a zone, UTC.
 * Source: IAM, "Date condition operators".
 */
export function parseInstant(text: string): number | undefined {
  const match = calendarShape.exec(text);
  if (match === null) return secondsShape.test(text) ? Number(text) * 1000 : undefined;
  const [, year, month = "01", day = "01", hour = "0", minutes = "0", seconds = "0"] = match;
  const fraction = `${match[7] ?? ""}000`.slice(0, 3);
  const civil = [year, month, day, hour, minutes, seconds, fraction].map(Number);
  const [y, mo, d, h, mi, s, ms] = civil as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (h > 23 || mi > 59 || s > 60) return undefined;
  const date = new Date(0);
  const midnight = date.setUTCFullYear(y, mo - 1, d);
  // Day and month as they were given, or the calendar has no such day.
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d) return undefined;
  const zone = zoneMinutes(match[8] ?? "Z");
  return midnight + ((h * 60 + mi) * 60 + s) * 1000 + ms - zone * minute;
}

function zoneMinutes(zone: string): number {
  if (zone === "Z" || zone === "z") return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.slice(1).replace(":", "");
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || "0"));
}
