/** What the import rules need to know of a source file, read without a parser. */

export interface Import {
  /** What stands between the quotes. */
  readonly specifier: string;
  readonly line: number;
  readonly typeOnly: boolean;
  /** `new URL("./x.ts", import.meta.url)` names the entry of a worker. */
  readonly kind: "import" | "re-export" | "dynamic" | "worker";
}

export interface SourceFile {
  /** From the root of the checkout, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** The text with comments, strings and regular expressions blanked; same length, same lines. */
  readonly code: string;
}

export function scanSource(path: string, text: string): SourceFile {
  const code = blankLiterals(text);
  return { path, code, imports: findImports(text, code) };
}

export function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < index; at = text.indexOf("\n", at + 1))
    line++;
  return line;
}

/** Each form ends at its opening quote: in blanked code the quotes stay and what they hold goes. */
const forms: readonly [kind: Import["kind"], pattern: RegExp][] = [
  ["import", /(?<![.\w$])import\s+(type\s+)?(?:[\w$*{}\s,]+?\s*from\s*)?(?=["'])/g],
  [
    "re-export",
    /(?<![.\w$])export\s+(type\s+)?(?:\*(?:\s*as\s+[\w$]+)?|\{[^}]*\})\s*from\s*(?=["'])/g,
  ],
  ["dynamic", /(?<![.\w$])import\s*\(\s*()(?=["'`])/g],
  ["worker", /new\s+URL\s*\(\s*()(?=["'`][^"'`]*["'`]\s*,\s*import\.meta\.url)/g],
];

function findImports(text: string, code: string): Import[] {
  const found: Import[] = [];
  for (const [kind, pattern] of forms) {
    for (const match of code.matchAll(pattern)) {
      const quote = match.index + match[0].length;
      const end = code.indexOf(code[quote]!, quote + 1);
      const typeOnly = match[1] !== undefined && match[1] !== "";
      const specifier = text.slice(quote + 1, end);
      found.push({ kind, specifier, typeOnly, line: lineOf(text, quote) });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

/**
 * Replaces what comments, strings, templates and regular expressions hold with blanks. Code inside
 * `${}` stays code.
 */
export function blankLiterals(text: string): string {
  const out = [...text].length === text.length ? text.split("") : Array.from(text, pad).flat();
  const templates: number[] = []; // Open braces since each `${` that is not closed yet.
  let at = 0;
  const blank = (end: number) => {
    for (; at < end; at++) if (out[at] !== "\n") out[at] = " ";
  };
  while (at < text.length) {
    const rest = text[at]! + (text[at + 1] ?? "");
    const inTemplate = templates.length > 0;
    if (rest === "//") blank(endOf(text, "\n", at));
    else if (rest === "/*") blank(endOf(text, "*/", at + 2) + 2);
    else if (text[at] === '"' || text[at] === "'") {
      const end = endOfQuoted(text, at);
      at++;
      blank(end);
      at = end + 1;
    } else if (text[at] === "`" || (inTemplate && text[at] === "}" && templates.at(-1) === 0)) {
      if (text[at] === "}") templates.pop();
      at++;
      const end = endOfTemplatePart(text, at);
      blank(end);
      if (text[end] === "$") templates.push(0);
      at = text[end] === "$" ? end + 2 : end + 1;
    } else if (text[at] === "/" && regexMayStart(out, at)) {
      blank(endOfRegex(text, at));
    } else {
      if (inTemplate && text[at] === "{") templates[templates.length - 1]! += 1;
      if (inTemplate && text[at] === "}") templates[templates.length - 1]! -= 1;
      at++;
    }
  }
  return out.join("");
}

/** Characters outside the basic plane take two places in a string; so must their blanks. */
function pad(character: string): string[] {
  return character.length === 2 ? [" ", " "] : [character];
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end === -1 ? text.length : end;
}

function endOfQuoted(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== text[start] && text[at] !== "\n") {
    at += text[at] === "\\" ? 2 : 1;
  }
  return Math.min(at, text.length);
}

/** Where the template's text stops: at its closing backtick or at the next `${`. */
function endOfTemplatePart(text: string, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== "`" && !text.startsWith("${", at)) {
    at += text[at] === "\\" ? 2 : 1;
  }
  return Math.min(at, text.length);
}

function endOfRegex(text: string, start: number): number {
  let inClass = false;
  let at = start + 1;
  for (; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "[") inClass = true;
    else if (text[at] === "]") inClass = false;
    else if (text[at] === "/" && !inClass) return at + 1;
  }
  return at;
}

/** After a value a slash divides; after anything else it begins a regular expression. */
function regexMayStart(code: readonly string[], slash: number): boolean {
  let at = slash - 1;
  while (at >= 0 && /\s/.test(code[at]!)) at--;
  if (at < 0) return true;
  if (!/[\w$)\]"'`]/.test(code[at]!)) return true;
  const word = /(?:^|[^\w$.])(return|typeof|case|in|of|delete|void|throw|new|else|await|yield)$/;
  return word.test(code.slice(Math.max(0, at - 12), at + 1).join(""));
}
