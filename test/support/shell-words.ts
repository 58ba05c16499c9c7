/** As much of a POSIX shell as commands in documents need. */

export interface Call {
  /** What stands behind `entrepot`. */
  readonly words: readonly string[];
  /** The line of the document. */
  readonly number: number;
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Calls of `entrepot` in lines of a shell; a line that ends with a backslash goes on. */
export function commandsOfLine(lines: readonly Line[]): Call[] {
  const calls: Call[] = [];
  let before: Line | undefined;
  for (const { number, text } of lines) {
    const whole: Line = { number: before?.number ?? number, text: `${before?.text ?? ""}${text}` };
    before = text.endsWith("\\") ? { ...whole, text: whole.text.slice(0, -1) } : undefined;
    if (before !== undefined) continue;
    const words = wordsOfCall(whole.text);
    if (words !== undefined) calls.push({ words, number: whole.number });
  }
  return calls;
}

/** Behind `entrepot`, `npx entrepot` or a path to it, where the line calls it. */
function wordsOfCall(line: string): string[] | undefined {
  const start = /(?:^|[\s|(])(?:npx |\S*\/bin\/)?entrepot(?:\.mjs)? (?=[a-z])(.*)$/.exec(line);
  const before = line.slice(0, start?.index ?? 0);
  // Of programs that take the word as a name, and of remarks.
  if (
    start === null ||
    /(^|\s)(#|aws|kubectl|helm|docker|systemctl|useradd|git|cp|cd) ?/.test(before)
  ) {
    return undefined;
  }
  return shellWords(start[1] ?? "");
}

/** Up to what ends a command: a remark, a pipe, a redirection. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  const part = /\s*(?:((?:'[^']*'|"[^"]*"|\\.|[^\s'"\\|;&<>#()]|(?<=\S)#|<(?=[a-z]))+)|(.))/y;
  for (;;) {
    const found = part.exec(text);
    if (found?.[1] === undefined) return words;
    words.push(found[1].replace(/'([^']*)'|"([^"]*)"|\\(.)/g, "$1$2$3"));
  }
}
