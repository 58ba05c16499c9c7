/** A simple command of a shell script. */
export interface ShellCommand {
  /** Without quotes; nothing in it is expanded. */
  readonly words: readonly string[];
  /** `NAME=value` before the command, or instead of one. */
  readonly assignments: readonly string[];
  /** What stands between it and the one before: `&&`, `|`, `;`; empty for the first one and for lines. */
  readonly operator: string;
  /** Where it begins in the script. */
  readonly offset: number;
}

/** What stands before a command and is none. */
const openers = new Set(["if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"]);
const closers = new Set(["fi", "done", "esac", "}"]);
/** What follows is a list of words, no command. */
const headers = new Set(["for", "case", "select", "function"]);
const operatorSigns = "&|;\n()";
/** To a shell, what else is white is part of a word. */
const blanks = " \t\r";

/**
 * The simple commands of a script in their order, as POSIX shells split it; those in `$(…)` are part of the
 * word that they are in. A script that ends inside of quotes ends with what is there.
 */
export function shellCommands(script: string): ShellCommand[] {
  return new ScriptReader(script).commands();
}

class ScriptReader {
  readonly #script: string;
  #at = 0;

  constructor(script: string) {
    this.#script = script;
  }

  commands(): ShellCommand[] {
    const found: ShellCommand[] = [];
    let [operator, offset] = ["", 0];
    let words: string[] = [];
    const finish = (next: string) => {
      const command = commandOf(words, operator, offset);
      if (command !== undefined) found.push(command);
      // Several operators in a row are one end: that of a command counts, brackets and lines do not.
      if (command !== undefined || next.length > 1 || next === "|") operator = next.trim();
      words = [];
    };
    while (this.#skipBlanks()) {
      const sign = this.#script[this.#at]!;
      if (operatorSigns.includes(sign)) finish(this.#operator());
      else {
        if (words.length === 0) offset = this.#at;
        words.push(this.#word());
      }
    }
    finish("");
    return found;
  }

  /** Blanks, comments, and lines that go on. Whether anything is left. */
  #skipBlanks(): boolean {
    for (; this.#at < this.#script.length; this.#at++) {
      const sign = this.#script[this.#at]!;
      if (sign === "\\" && this.#isNewline(this.#at + 1))
        this.#at = this.#script.indexOf("\n", this.#at);
      else if (sign === "#") {
        const end = this.#script.indexOf("\n", this.#at);
        this.#at = (end === -1 ? this.#script.length : end) - 1;
      } else if (!blanks.includes(sign)) return true;
    }
    return false;
  }

  #isRedirected(): boolean {
    const before = this.#script[this.#at - 1];
    return before === "<" || before === ">";
  }

  #isNewline(at: number): boolean {
    return (
      this.#script[at] === "\n" || (this.#script[at] === "\r" && this.#script[at + 1] === "\n")
    );
  }

  #operator(): string {
    const start = this.#at++;
    const pair = this.#script.slice(start, start + 2);
    if (["&&", "||", "|&", ";;"].includes(pair)) this.#at++;
    return this.#script.slice(start, this.#at);
  }

  #word(): string {
    let word = "";
    for (; this.#at < this.#script.length; this.#at++) {
      const sign = this.#script[this.#at]!;
      if (blanks.includes(sign)) break;
      if (sign === "&" && this.#isRedirected())
        word += sign; // `2>&1` is one word.
      else if (operatorSigns.includes(sign)) break;
      else if (sign === "\\") {
        if (this.#isNewline(this.#at + 1)) this.#at = this.#script.indexOf("\n", this.#at);
        else word += this.#script[++this.#at] ?? "";
      } else if (sign === "'" || sign === '"') word += this.#quoted(sign);
      else if (sign === "`") word += sign + this.#quoted(sign) + sign;
      else if (sign === "$" && this.#script[this.#at + 1] === "(") word += this.#substitution();
      else word += sign;
    }
    return word;
  }

  /** What is between quotes; stands on the closing one afterwards. */
  #quoted(quote: string): string {
    const start = ++this.#at;
    let text = "";
    let from = start;
    for (; this.#at < this.#script.length && this.#script[this.#at] !== quote; this.#at++) {
      if (this.#script[this.#at] !== "\\" || quote === "'") continue;
      text += this.#script.slice(from, this.#at);
      from = ++this.#at;
    }
    return text + this.#script.slice(from, this.#at);
  }

  /** `$(…)` as it is written; stands on its last bracket afterwards. */
  #substitution(): string {
    const start = this.#at;
    let depth = 0;
    for (; this.#at < this.#script.length; this.#at++) {
      const sign = this.#script[this.#at]!;
      if (sign === "\\") this.#at++;
      else if (sign === "'" || sign === '"') this.#quoted(sign);
      else if (sign === "(") depth++;
      else if (sign === ")" && --depth === 0) break;
    }
    return this.#script.slice(start, this.#at + 1);
  }
}

function commandOf(
  all: readonly string[],
  operator: string,
  offset: number,
): ShellCommand | undefined {
  let first = 0;
  while (openers.has(all[first] ?? "")) first++;
  const words = all.slice(first);
  if (words.length === 0 || closers.has(words[0]!) || headers.has(words[0]!)) return undefined;
  const isAssignment = (word: string) => /^[A-Za-z_][A-Za-z0-9_]*=/.test(word);
  const command = words.findIndex((word) => !isAssignment(word));
  const assigned = command === -1 ? words.length : command;
  return {
    words: words.slice(assigned),
    assignments: words.slice(0, assigned),
    operator,
    offset,
  };
}
