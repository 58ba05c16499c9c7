/** The documents of this package, as their readers find them. */
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Document {
  /** From the top of the package: `docs/audit.md`. */
  readonly path: string;
  readonly text: string;
}

export interface CodeBlock {
  readonly language: string;
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}

const folders = ["*.md", "{bench,data,deploy,docs}/**/*.md"];

export function documents(): Document[] {
  return globSync(folders, { cwd: root })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(`${root}${path}`, "utf8") }));
}

/** What is between fences, with the numbers of the document's lines. */
export function codeBlocks(text: string): CodeBlock[] {
  const blocks: { language: string; lines: { number: number; text: string }[] }[] = [];
  let open: (typeof blocks)[number] | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const [, language] = /^\s*```(\S*)/.exec(line) ?? [];
    if (language === undefined) open?.lines.push({ number: index + 1, text: line });
    else if (open !== undefined) open = undefined;
    else {
      open = { language, lines: [] };
      blocks.push(open);
    }
  }
  return blocks;
}

/** Links to other places of the package, as they are written. */
export function links(text: string): string[] {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What can stand behind `#`: headings as GitHub and GitLab name them. */
export function anchors(text: string): Set<string> {
  const seen = new Map<string, number>();
  return new Set(
    [...withoutCode(text).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = ""]) => {
      const name = heading
        .toLowerCase()
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replace(/\s/g, "-");
      const earlier = seen.get(name) ?? 0;
      seen.set(name, earlier + 1);
      return earlier === 0 ? name : `${name}-${earlier}`;
    }),
  );
}

/** What is between backticks in a sentence. */
export function codeSpans(text: string): string[] {
  return [...withoutCode(text).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

function withoutCode(text: string): string {
  return text.replace(/^\s*```[\s\S]*?^\s*```/gm, "");
}
