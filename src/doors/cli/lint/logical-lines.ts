import { DockerfileError, type Heredoc } from "./dockerfile.ts";

/** Lines that are one instruction. */
export interface LogicalLine {
  readonly text: string;
  readonly line: number;
  readonly endLine: number;
  readonly heredocs: readonly Heredoc[];
  /** Comments right above it, without their `#`. */
  readonly comments: readonly string[];
}

/** Names that builders know at the top of a file. */
const directives = new Set(["syntax", "escape", "check"]);
const withHeredocs = /^\s*(ONBUILD\s+)?(RUN|COPY|ADD)\s/i;

/**
 * Joins what belongs together, as BuildKit's parser does it: lines that end in the escape character go on,
 * comments and empty lines between them are left out, and here-documents follow the line that names them.
 * @throws DockerfileError for a here-document without an end, and an escape that is none
 */
export function logicalLines(text: string): LogicalLine[] {
  return new LineReader(text).all();
}

class LineReader {
  readonly #lines: readonly string[];
  readonly #escape: string;
  #at = 0;

  constructor(text: string) {
    this.#lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
    this.#escape = escapeOf(this.#lines);
  }

  all(): LogicalLine[] {
    const found: LogicalLine[] = [];
    let comments: string[] = [];
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at]!.trim();
      if (line.startsWith("#")) comments.push(line.slice(1).trim());
      else if (line !== "") {
        found.push(this.#logical(comments));
        comments = [];
      } else comments = [];
    }
    return found;
  }

  #logical(comments: readonly string[]): LogicalLine {
    const line = this.#at + 1;
    const parts: string[] = [];
    for (; this.#at < this.#lines.length; this.#at++) {
      const part = this.#lines[this.#at]!;
      const isSkipped = parts.length > 0 && (part.trim() === "" || part.trim().startsWith("#"));
      if (isSkipped) continue;
      const end = part.trimEnd();
      if (!end.endsWith(this.#escape)) {
        parts.push(part);
        break;
      }
      parts.push(end.slice(0, -1));
    }
    this.#at = Math.min(this.#at, this.#lines.length - 1);
    const text = parts.join("").trim();
    const heredocs = withHeredocs.test(text)
      ? heredocNames(text).map((each) => this.#heredoc(each))
      : [];
    return { text, line, endLine: this.#at + 1, heredocs, comments };
  }

  #heredoc({ name, isIndented }: HeredocName): Heredoc {
    const line = this.#at + 2;
    const content: string[] = [];
    for (let at = this.#at + 1; at < this.#lines.length; at++) {
      const raw = this.#lines[at]!;
      const text = isIndented ? raw.replace(/^\t+/, "") : raw;
      if (text === name) {
        this.#at = at;
        return { name, line, content: content.map((each) => `${each}\n`).join("") };
      }
      content.push(text);
    }
    throw new DockerfileError(line - 1, `the here-document <<${name} has no line that ends it`);
  }
}

interface HeredocName {
  readonly name: string;
  readonly isIndented: boolean;
}

/** `<<EOF`, `<<-EOF` and `<<"EOF"` outside of quotes. */
function heredocNames(text: string): HeredocName[] {
  const found: HeredocName[] = [];
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (quote !== "") {
      if (sign === "\\" && quote === '"') at++;
      else if (sign === quote) quote = "";
    } else if (sign === "'" || sign === '"') quote = sign;
    else if (sign === "\\") at++;
    else if (text.startsWith("<<<", at)) at += 2;
    else if (text.startsWith("<<", at)) {
      const match = /^<<(-?)(["']?)([A-Za-z_][\w.-]{0,99})\2/.exec(text.slice(at, at + 110));
      if (match === null) continue;
      found.push({ name: match[3]!, isIndented: match[1] === "-" });
      at += match[0].length - 1;
    }
  }
  return found;
}

/** Directives are comments at the very top, before any other comment. */
function escapeOf(lines: readonly string[]): string {
  for (const [at, line] of lines.entries()) {
    const [, name = "", value = ""] =
      /^\s*#\s*([A-Za-z]+)\s*=\s*(\S+)/.exec(line.slice(0, 500)) ?? [];
    if (!directives.has(name.toLowerCase())) return "\\";
    if (name.toLowerCase() !== "escape") continue;
    if (value === "\\" || value === "`") return value;
    throw new DockerfileError(at + 1, `the escape character can be \\ or \`, not ${value}`);
  }
  return "\\";
}
