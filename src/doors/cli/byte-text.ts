const units = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Bytes for people, in three digits or so: `0 B`, `999 B`, `1.2 kB`, `340 MB`. */
export function byteText(bytes: number): string {
  let value = bytes;
  let place = 0;
  // What would be rounded to a thousand is one of the next unit.
  while (value >= 999.5 && place < units.length - 1) {
    value /= 1000;
    place += 1;
  }
  return `${place > 0 && value < 99.95 ? value.toFixed(1) : value.toFixed(0)} ${units[place]}`;
}
