import { CommandError } from "../client.ts";
import { taskLimits } from "./task-limits.ts";

/** The members of a JSON object, each taken once: at the end it is known which were left. */
export class Members {
  readonly #where: string;
  readonly #left: Map<string, unknown>;

  private constructor(where: string, value: object) {
    this.#where = where;
    // What the CLI writes for what is absent is as good as absent.
    const given = Object.entries(value).filter(([, member]) => member !== null);
    this.#left = new Map(given);
  }

  /** @throws CommandError for what is no JSON object */
  static parse(text: string): Members {
    if (text.length > taskLimits.definitionCharacters) throw wrongFile("it is too long");
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw wrongFile("it is not JSON");
    }
    if (!isObject(value)) throw wrongFile("it is no JSON object");
    return new Members("", value);
  }

  text(name: string): string | undefined {
    return this.#take(name, (value) => typeof value === "string", "a text") as string | undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value !== undefined && value !== "") return value;
    throw wrongFile(`${this.#path(name)} is missing`);
  }

  number(name: string): number | undefined {
    const isNumber = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
    return this.#take(name, isNumber, "a number") as number | undefined;
  }

  flag(name: string): boolean | undefined {
    const isFlag = (value: unknown) => typeof value === "boolean";
    return this.#take(name, isFlag, "true or false") as boolean | undefined;
  }

  texts(name: string): readonly string[] | undefined {
    const isTexts = (value: unknown) =>
      Array.isArray(value) && value.every((each) => typeof each === "string");
    return this.#take(name, isTexts, "a list of texts") as readonly string[] | undefined;
  }

  record(name: string): Readonly<Record<string, string>> {
    const isRecord = (value: unknown) =>
      isObject(value) && Object.values(value).every((each) => typeof each === "string");
    return (this.#take(name, isRecord, "names and texts") ?? {}) as Record<string, string>;
  }

  object(name: string): Members | undefined {
    const value = this.#take(name, isObject, "an object") as object | undefined;
    return value && new Members(this.#path(name), value);
  }

  objects(name: string): readonly Members[] {
    const areObjects = (value: unknown) => Array.isArray(value) && value.every(isObject);
    const list = (this.#take(name, areObjects, "a list of objects") ?? []) as object[];
    return list.map((each, index) => new Members(`${this.#path(name)}[${index}]`, each));
  }

  /**
   * The members that nobody took and that say something.
   * @param unused those that may be left
   * @throws CommandError for any other
   */
  end(unused: ReadonlySet<string> = new Set()): string[] {
    const left = [...this.#left].filter(([, value]) => !isEmpty(value)).map(([name]) => name);
    const unknown = left.filter((name) => !unused.has(name));
    if (unknown.length === 0) return left;
    const names = unknown.map((name) => this.#path(name)).join(", ");
    throw wrongFile(`${names} is not supported`);
  }

  #take(name: string, is: (value: unknown) => boolean, what: string): unknown {
    const value = this.#left.get(name);
    this.#left.delete(name);
    if (value === undefined || is(value)) return value;
    throw wrongFile(`${this.#path(name)} is not ${what}`);
  }

  #path(name: string): string {
    return this.#where === "" ? name : `${this.#where}.${name}`;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As DescribeTaskDefinition writes what a definition does not have. */
function isEmpty(value: unknown): boolean {
  if (value === "" || value === false) return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function wrongFile(sentence: string): CommandError {
  return new CommandError(`the task definition can not be run: ${sentence}`, 2);
}
