const blocks = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const full = "█";
const least = 8;
const most = 60;

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** What stands behind the bar. */
  readonly text: string;
}

/** One line for each: its name, its text, and a bar as long as its part of the largest value. */
export function barsText(bars: readonly Bar[], width: number): string {
  const names = widest(bars.map(({ name }) => name));
  const texts = widest(bars.map(({ text }) => text));
  const room = Math.min(most, Math.max(least, width - names - texts - 4));
  const largest = Math.max(0, ...bars.map(({ value }) => value));
  return bars
    .map(({ name, value, text }) =>
      `${name.padEnd(names)}  ${text.padStart(texts)}  ${barOf(value, largest, room)}`.trimEnd(),
    )
    .join("\n");
}

function barOf(value: number, largest: number, room: number): string {
  if (value <= 0 || largest <= 0) return "";
  const eighths = Math.max(1, Math.round((value / largest) * room * 8));
  return full.repeat(Math.floor(eighths / 8)) + blocks[eighths % 8];
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}
