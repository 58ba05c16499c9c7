import type { LeftOut, TakeoverReport } from "../../../registry/takeover/takeover-report.ts";
import { byteText } from "../byte-text.ts";
import { printable } from "../table.ts";

export function reportJson(
  report: TakeoverReport,
  source: string,
  dryRun: boolean,
  adopted: string | undefined,
) {
  const { repositories, images, tags, layers, verified, notes, leftOut, leftOutCount } = report;
  const counts = { repositories, images, tags, layers, verified };
  const beside = adopted === undefined ? {} : { adopted };
  return {
    ...{ source, dryRun, complete: report.isWhole, ...counts },
    ...{ notes, leftOutCount, leftOut, ...beside },
  };
}

export function reportText(
  report: TakeoverReport,
  source: string,
  dryRun: boolean,
  adopted: string | undefined,
): string {
  const { repositories, images, tags, layers, verified, notes, leftOut, leftOutCount } = report;
  const come = dryRun ? "would come" : "came";
  const moved = tags.moved === 0 ? "" : `, ${tags.moved} moved`;
  const lines = [
    `${source}: ${repositories.seen} repositories, ${repositories.made} of them new.`,
    `Images: ${images.sent} ${come}, ${images.there} were there. ` +
      `Tags: ${tags.set} ${come}${moved}, ${tags.there} were there.`,
    `Layers: ${layers.sent} ${come} (${byteText(layers.sentBytes)}), ${layers.there} were there.`,
  ];
  if (verified.images > 0) {
    lines.push(
      `Read back: ${verified.images} images and ${verified.layers} layers, ` +
        `${byteText(verified.bytes)}.`,
    );
  }
  if (adopted !== undefined) lines.push(adopted);
  lines.push(...notes.map((note) => `note      ${told(note)}`));
  lines.push(...leftOut.map((each) => `left out  ${told(each)}`));
  const untold = leftOutCount - leftOut.length;
  if (untold > 0) lines.push(`left out  and ${untold} more`);
  lines.push(
    report.isWhole
      ? `Everything ${dryRun ? "can be read" : "is there"}.`
      : `${leftOutCount} did not come; the same command again sends only what is missing.`,
  );
  return lines.join("\n");
}

function told({ repository, reference, reason }: LeftOut): string {
  if (reference === undefined) return printable(`${repository}: ${reason}`);
  const separator = reference.includes(":") ? "@" : ":";
  return printable(`${repository}${separator}${reference}: ${reason}`);
}
