const gap = "  ";
/** No column is made narrower for the sake of another. */
const leastCharacters = 6;

/** A column by its title. What is `whole`, such as an id, is only cut when all others are short. */
export type Column = string | { readonly whole: string };

/**
 * Rows under titles, as wide as the longest cell of each column; where that is more than `width`, the
 * widest columns give way and end in "…".
 */
export function tableText(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const titles = columns.map((column) => (typeof column === "string" ? column : column.whole));
  const lines = [titles, ...rows].map((cells) => cells.map(printable));
  const longest = titles.map((_, column) =>
    Math.max(...lines.map((cells) => charactersOf(cells[column] ?? ""))),
  );
  const room = width - gap.length * (titles.length - 1);
  const whole = columns.map((column) => typeof column !== "string");
  const widths = fitted(fitted(longest, room, whole), room);
  return lines.map((cells) => lineText(cells, widths)).join("\n");
}

/** Names and values under one another; a value of several lines stays in its column. */
export function fieldsText(
  fields: readonly (readonly [name: string, value: string | readonly string[]])[],
): string {
  const widest = Math.max(...fields.map(([name]) => charactersOf(name)));
  return fields
    .flatMap(([name, value]) => {
      const [first = "", ...more] = typeof value === "string" ? [value] : value;
      const indent = " ".repeat(widest);
      return [
        `${padded(name, widest)}${gap}${printable(first === "" ? "-" : first)}`,
        ...more.map((line) => `${indent}${gap}${printable(line)}`),
      ];
    })
    .join("\n");
}

/** The text on one line of a terminal, whatever somebody called something. */
export function printable(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

/** At most so many characters, the last of them "…" where something is missing. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  return `${characters.slice(0, Math.max(0, most - 1)).join("")}…`;
}

/** The text in lines of that width, broken at blanks, with the later lines indented by so many. */
export function wrappedText(text: string, width: number, indent: number): string {
  const lines: string[] = [];
  for (const word of text.split(/(?<=\S) /)) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && charactersOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(lines.length === 0 ? word : " ".repeat(indent) + word);
  }
  return lines.join("\n");
}

/** The longest are cut first, all to the same width, but for those that stay as they are. */
function fitted(
  longest: readonly number[],
  width: number,
  stay: readonly boolean[] = [],
): number[] {
  let cap = Math.max(...longest);
  const capped = () => longest.map((each, at) => (stay[at] === true ? each : Math.min(each, cap)));
  const total = () => capped().reduce((sum, each) => sum + each, 0);
  while (total() > width && cap > leastCharacters) cap -= 1;
  return capped();
}

function lineText(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => {
      const most = widths[column] ?? 0;
      return padded(shortened(cell, most), most);
    })
    .join(gap)
    .trimEnd();
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - charactersOf(text)));
}

function charactersOf(text: string): number {
  return [...text].length;
}
