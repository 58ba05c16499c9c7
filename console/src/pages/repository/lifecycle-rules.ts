/** Rules of a lifecycle policy as a form shows them, and the text that comes of it. */
import {
  isObject,
  isWordList,
  type JsonObject,
  objectOf,
  textOf,
  withInner,
  withMember,
} from "../../components/json-document.ts";

export const tagStatuses = ["tagged", "untagged", "any"] as const;
export const tagLists = ["tagPatternList", "tagPrefixList"] as const;
export const storageClasses = ["standard", "archive"] as const;
export const countTypes = [
  "imageCountMoreThan",
  "sinceImagePushed",
  "sinceImagePulled",
  "sinceImageTransitioned",
] as const;
export const actionTypes = ["expire", "transition"] as const;

/** A rule, its place in the text, and what of it no field shows. */
export interface PlacedRule {
  readonly place: number;
  readonly rule: JsonObject;
  readonly priority: number | undefined;
  /** Names of members, `selection.countUnit`. */
  readonly hidden: readonly string[];
}

/** The rules by their priority; absent while the text is no JSON with a list of rules. */
export function placedRules(text: string): readonly PlacedRule[] | undefined {
  const rules = objectOf(text)?.rules;
  if (!Array.isArray(rules) || !rules.every(isObject)) return undefined;
  return rules
    .map((rule: JsonObject, place) => {
      const { rulePriority } = rule;
      const priority = Number.isInteger(rulePriority) ? (rulePriority as number) : undefined;
      return { place, rule, priority, hidden: hiddenOf(rule) };
    })
    .sort((one, other) => (one.priority ?? Infinity) - (other.priority ?? Infinity));
}

const isText = (value: unknown) => typeof value === "string";
const isNumber = (value: unknown) => Number.isInteger(value);
const isOneOf = (words: readonly string[]) => (value: unknown) => words.includes(value as string);

type Shown = (value: unknown, inner: JsonObject) => boolean;
const shownOfRule: Readonly<Record<string, Shown>> = {
  ...{ rulePriority: isNumber, description: isText, selection: isObject, action: isObject },
};
const shownOfSelection: Readonly<Record<string, Shown>> = {
  tagStatus: isOneOf(tagStatuses),
  tagPatternList: (value, { tagPrefixList }) => isWordList(value) && tagPrefixList === undefined,
  tagPrefixList: isWordList,
  storageClass: isOneOf(storageClasses),
  countType: isOneOf(countTypes),
  // No field shows it: it goes with what is counted.
  countUnit: (value, { countType }) => value === "days" && isInDays(countType),
  countNumber: isNumber,
};
const shownOfAction: Readonly<Record<string, Shown>> = {
  type: isOneOf(actionTypes),
  targetStorageClass: (value, { type }) => value === "archive" && type === "transition",
};

function hiddenOf(rule: JsonObject): readonly string[] {
  const { selection, action } = rule;
  return [
    ...hiddenIn(rule, shownOfRule, ""),
    ...(isObject(selection) ? hiddenIn(selection, shownOfSelection, "selection.") : []),
    ...(isObject(action) ? hiddenIn(action, shownOfAction, "action.") : []),
  ];
}

function hiddenIn(object: JsonObject, shown: Readonly<Record<string, Shown>>, prefix: string) {
  return Object.entries(object)
    .filter(([name, value]) => shown[name]?.(value, object) !== true)
    .map(([name]) => `${prefix}${name}`);
}

/** Whether a field may show and change a member: not one that is otherwise than the field knows. */
export function isShown({ hidden }: PlacedRule, path: string): boolean {
  const [outer = ""] = path.split(".");
  return !hidden.includes(path) && !hidden.includes(outer);
}

export function innerOf({ rule }: PlacedRule, outer: "selection" | "action"): JsonObject {
  const inner = rule[outer];
  return isObject(inner) ? inner : {};
}

function isInDays(countType: unknown): boolean {
  return typeof countType === "string" && countType.startsWith("since");
}

export interface RuleChange {
  readonly path: string;
  readonly value: unknown;
}

/** The text with one member of one rule changed, and with what follows from that. */
export function changeRule(text: string, place: number, { path, value }: RuleChange): string {
  return replaceRule(text, place, (rule) => {
    const [outer = "", name] = path.split(".");
    if (name === undefined) return withMember(rule, outer, value);
    const changed = withInner(rule, outer, name, value);
    if (path === "selection.countType") {
      return withInner(changed, "selection", "countUnit", isInDays(value) ? "days" : undefined);
    }
    if (path === "action.type") {
      const target = value === "transition" ? "archive" : undefined;
      return withInner(changed, "action", "targetStorageClass", target);
    }
    if (path !== "selection.tagStatus" || value === "tagged") return changed;
    // Tags are listed of tagged images alone.
    const [patterns, prefixes] = tagLists;
    return withInner(
      withInner(changed, "selection", patterns, undefined),
      ...(["selection", prefixes, undefined] as const),
    );
  });
}

/** Lists the same tags as patterns or as prefixes. */
export function changeTagList(text: string, place: number, by: (typeof tagLists)[number]): string {
  return replaceRule(text, place, (rule) => {
    const { selection } = rule;
    if (!isObject(selection)) return rule;
    const other = by === "tagPatternList" ? "tagPrefixList" : "tagPatternList";
    const { [other]: tags = [] } = selection;
    return withMember(
      ...([
        rule,
        "selection",
        withMember(withMember(selection, other, undefined), by, tags),
      ] as const),
    );
  });
}

function replaceRule(
  text: string,
  place: number,
  change: (rule: JsonObject) => JsonObject,
): string {
  return replaceRules(text, (rules) =>
    rules.map((rule, at) => (at === place ? change(rule) : rule)),
  );
}

function replaceRules(
  text: string,
  change: (rules: readonly JsonObject[]) => readonly JsonObject[],
): string {
  const policy = objectOf(text);
  const rules = policy?.rules;
  if (policy === undefined || !Array.isArray(rules)) return text;
  return textOf(withMember(policy, "rules", change(rules as JsonObject[])));
}

export function removeRule(text: string, place: number): string {
  return replaceRules(text, (rules) => rules.filter((_, at) => at !== place));
}

/**
 * Moves a rule to another place among the rules by priority. The numbers stay those that there are:
 * each goes to the rule that stands where it was.
 */
export function moveRule(text: string, from: number, to: number): string {
  const placed = placedRules(text);
  const moved = placed?.[from];
  if (placed === undefined || moved === undefined) return text;
  const others = placed.filter((each) => each !== moved);
  const order = [...others.slice(0, to), moved, ...others.slice(to)];
  return inOrder(
    text,
    order.map(({ rule }) => rule),
    placed.map(({ priority }) => priority),
  );
}

const newRule: JsonObject = {
  description: "",
  selection: {
    ...{ tagStatus: "untagged", countType: "sinceImagePushed" },
    ...{ countUnit: "days", countNumber: 14 },
  },
  action: { type: "expire" },
};

/** Adds a rule after all others, but before those for any image: these have to be the last. */
export function addRule(text: string): string {
  const placed = placedRules(text) ?? [];
  const isAny = (each: PlacedRule) => innerOf(each, "selection").tagStatus === "any";
  const any = placed.filter(isAny).length;
  const last = placed.length - any;
  const priorities = placed.map(({ priority }) => priority);
  const highest = Math.max(0, ...priorities.map((priority) => priority ?? 0));
  const rules = placed.map(({ rule }) => rule);
  const isSorted = placed.slice(last).every(isAny);
  const order = isSorted
    ? [...rules.slice(0, last), { rulePriority: 0, ...newRule }, ...rules.slice(last)]
    : [...rules, { rulePriority: 0, ...newRule }];
  return inOrder(text, order, [...priorities, highest + 1]);
}

function inOrder(
  text: string,
  order: readonly JsonObject[],
  priorities: readonly (number | undefined)[],
): string {
  return replaceRules(text, () =>
    order.map((rule, at) => {
      const priority = priorities[at];
      return priority === undefined ? rule : withMember(rule, "rulePriority", priority);
    }),
  );
}
