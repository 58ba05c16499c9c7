import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./places.ts";

/** Puts figures between their marks in docs/benchmarks.md; the text around them is written by hand. */
export function writeFigures(name: string, figures: string): void {
  const path = join(checkout, "docs/benchmarks.md");
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->\n`];
  const document = readFileSync(path, "utf8");
  const [before, after] = [document.indexOf(begin), document.indexOf(end)];
  if (before === -1 || after < before) throw new Error(`${path} has lost its marks of ${name}`);
  const head = document.slice(0, before + begin.length);
  writeFileSync(path, `${head}\n${figures}\n${document.slice(after)}`);
}

/** What was run, without the flag that only says where the figures go. */
export function commandLine(script: string): string {
  const options = process.argv.slice(2).filter((word) => word !== "--write");
  return [`npm run ${script}`, ...(options.length > 0 ? ["--", ...options] : [])].join(" ");
}
