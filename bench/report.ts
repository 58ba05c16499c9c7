import { cpus, release, totalmem } from "node:os";
import type { Memory } from "./memory.ts";
import type { Peer } from "./peers.ts";
import { median, type Series } from "./rounds.ts";

/** One line of the table: what was measured, and a cell for each column. */
export type Row = readonly string[];

/** Median of each registry and, for the first one, its ratio to each other with the rounds' extremes. */
export function ratioRows(title: string, unit: string, series: readonly Series[]): Row[] {
  const [subject, ...others] = series;
  if (subject === undefined) return [];
  return others.map((other) => {
    const ratio = median(subject.figures) / median(other.figures);
    const each = subject.figures.map((figure, round) => figure / other.figures[round]!);
    return [
      title,
      unit,
      rounded(median(subject.figures)),
      other.peer.name,
      rounded(median(other.figures)),
      `${ratio.toFixed(2)}`,
      `${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)}`,
    ];
  });
}

export const ratioHead: Row = [
  "workload",
  "unit",
  "subject",
  "peer",
  "peer's figure",
  "ratio",
  "over the rounds",
];

export const memoryHead: Row = [
  "registry",
  "idle MiB",
  "peak in, above idle",
  "peak out, above idle",
];

export function memoryRows(memory: readonly Memory[]): Row[] {
  return memory.map(({ peer, idleMiB, pushMiB, pullMiB }) => [
    peer.name,
    idleMiB.toFixed(0),
    `${(pushMiB - idleMiB).toFixed(0)} MiB`,
    `${(pullMiB - idleMiB).toFixed(0)} MiB`,
  ]);
}

/** Of a time: three figures, as more is noise. */
export function milliseconds(time: number): string {
  return time >= 100 ? time.toFixed(0) : time.toPrecision(3);
}

/** Of a figure of which more is better. */
export function rounded(figure: number): string {
  return figure >= 100 ? figure.toFixed(0) : figure.toPrecision(3);
}

/** Aligned for a terminal and right for Markdown at once. */
export function table(head: Row, rows: readonly Row[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: Row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |\n`;
  const rule = widths.map((width) => "-".repeat(width));
  return line(head) + line(rule) + rows.map(line).join("");
}

/** The facts without which the figures say nothing. */
export function circumstances(
  command: string,
  peers: readonly Pick<Peer, "name" | "version">[],
): string {
  const memoryGiB = totalmem() / 2 ** 30;
  return [
    `- Command: \`${command}\``,
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
    `- Machine: ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${memoryGiB.toFixed(0)} GiB memory, Linux ${release().split("-")[0]}`,
    `- Versions: Node.js ${process.versions.node}, ${peers.map((peer) => `${peer.name} ${peer.version()}`).join(", ")}`,
    "",
  ].join("\n");
}
