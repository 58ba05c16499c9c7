import { invariant } from "../errors.ts";
import { scanningLimits } from "./scanning-limits.ts";

/** Where a list stands in a document: names of members and places in lists. */
type Path = readonly (string | number)[];
/** Items that go to the end of the list that stands there. */
type Addition = readonly [path: Path, items: readonly unknown[]];

interface Step {
  readonly of: Step | undefined;
  readonly at: string | number;
}

interface Waiting {
  readonly list: readonly unknown[];
  readonly step: Step | undefined;
}

/**
 * A document in parts, each of which takes little time to write or to read: the document without what is in
 * its long lists, and then what is in these. A document without long lists is one part, itself.
 * @param document of JSON
 */
export function* documentParts(
  document: unknown,
  most: number = scanningLimits.itemsPerPart,
): Generator<unknown> {
  const waiting: Waiting[] = [];
  yield withoutLong(document, undefined, waiting, most);
  // Lists within what these hold come to the end of it.
  for (const { list, step } of waiting) {
    const path = pathOf(step);
    for (let at = 0; at < list.length; at += most) {
      const items = list.slice(at, at + most).map((item, index) => {
        return withoutLong(item, { of: step, at: at + index }, waiting, most);
      });
      yield [path, items] satisfies Addition;
    }
  }
}

/** A document of its parts, as they come. */
export class AssembledDocument {
  #isBegun = false;
  #document: unknown;

  get document(): unknown {
    return this.#document;
  }

  /** @throws Error for what is no part of this document */
  add(part: unknown): void {
    if (!this.#isBegun) {
      this.#isBegun = true;
      this.#document = part;
      return;
    }
    const [path, items] = part as Addition;
    let list = this.#document;
    for (const at of path) {
      invariant(isObject(list) && Object.hasOwn(list, at), "a part of a document has its place");
      list = (list as Readonly<Record<string | number, unknown>>)[at];
    }
    invariant(Array.isArray(list), "a part of a document goes to a list");
    for (const item of items) list.push(item);
  }
}

/** The same value where there is nothing to leave out. */
function withoutLong(
  value: unknown,
  step: Step | undefined,
  waiting: Waiting[],
  most: number,
): unknown {
  if (!isObject(value)) return value;
  if (Array.isArray(value) && value.length > most) {
    waiting.push({ list: value, step });
    return [];
  }
  let changed: Map<string, unknown> | undefined;
  for (const [name, member] of Object.entries(value)) {
    if (!isObject(member)) continue;
    const without = withoutLong(member, { of: step, at: name }, waiting, most);
    if (without === member) continue;
    changed ??= new Map();
    changed.set(name, without);
  }
  if (changed === undefined) return value;
  const replaced = changed;
  if (Array.isArray(value)) return value.map((item, at) => replaced.get(String(at)) ?? item);
  return { ...value, ...Object.fromEntries(replaced) };
}

function pathOf(step: Step | undefined): Path {
  const path: (string | number)[] = [];
  for (let each = step; each !== undefined; each = each.of) path.push(each.at);
  return path.reverse();
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
