import { RegistryError } from "../errors.ts";
import type { EventEnvelope } from "./event.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import { type JsonPath, parseJsonPath, valueAt } from "./json-path.ts";
import type { TargetInput } from "./rule.ts";

/** What the event is told of beside itself. */
export interface InputContext {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** ISO 8601: when the event came onto the bus. */
  readonly ingestionTime: string;
}

/** Gives what a target is sent of an event: a JSON text. */
export type RenderInput = (event: EventEnvelope, context: InputContext) => string;

/**
 * Compiles what a target wants of events: all, one constant, one part, or a template.
 * @throws Validation for what is malformed. Source: EventBridge, "Input transformation"
 */
export function compileInput(targetId: string, wanted: TargetInput): RenderInput {
  const { input, inputPath, inputTransformer } = wanted;
  const given = [input, inputPath, inputTransformer].filter((each) => each !== undefined);
  if (given.length > 1) {
    throw refusal(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${targetId}.`,
    );
  }
  if (input !== undefined) {
    if (!isJson(input)) throw refusal(`JSON syntax error in input for target ${targetId}`);
    return () => input;
  }
  if (inputPath !== undefined) {
    const path = pathOf(targetId, inputPath);
    return (event) => JSON.stringify(valueAt(path, event) ?? null);
  }
  if (inputTransformer === undefined) return (event) => JSON.stringify(event);
  return compileTemplate(targetId, inputTransformer);
}

type Value = (event: EventEnvelope, context: InputContext) => unknown;

/** Variables that are there without a path. Source: EventBridge, "Predefined variables". */
const predefined = new Map<string, Value>([
  ["aws.events.rule-arn", (_event, { ruleArn }) => ruleArn],
  ["aws.events.rule-name", (_event, { ruleName }) => ruleName],
  ["aws.events.event.ingestion-time", (_event, { ingestionTime }) => ingestionTime],
  ["aws.events.event", ({ detail: _, ...rest }) => rest],
  ["aws.events.event.json", (event) => event],
]);

interface Placeholder {
  readonly value: Value;
  readonly inString: boolean;
}

const variableShape = /^[A-Za-z0-9_-]{1,256}$/;
const placeholderShape = /<([A-Za-z0-9_.-]{1,256})>/y;

function compileTemplate(
  targetId: string,
  { paths, template }: NonNullable<TargetInput["inputTransformer"]>,
): RenderInput {
  const variables = new Map(predefined);
  const names = Object.keys(paths);
  if (names.length > eventRuleLimits.inputPaths) {
    throw refusal(`InputPathsMap of target ${targetId} has too many entries`);
  }
  for (const name of names) {
    if (!variableShape.test(name) || name.startsWith("AWS")) {
      throw refusal(`Invalid InputPathsMap key '${name}' for target ${targetId}`);
    }
    const path = pathOf(targetId, paths[name] ?? "");
    variables.set(name, (event) => valueAt(path, event));
  }
  const parts = partsOf(targetId, template, variables);
  const sample = parts.map((part) => {
    if (typeof part === "string") return part;
    return part.inString ? "" : "null";
  });
  if (!isJson(sample.join(""))) {
    throw refusal(`Invalid InputTemplate for target ${targetId} : the result is not JSON`);
  }
  return (event, context) => render(parts, event, context);
}

function partsOf(
  targetId: string,
  template: string,
  variables: ReadonlyMap<string, Value>,
): (string | Placeholder)[] {
  if (template.length > eventRuleLimits.templateCharacters) {
    throw refusal(`InputTemplate of target ${targetId} is too long`);
  }
  const parts: (string | Placeholder)[] = [];
  let text = "";
  let inString = false;
  for (let at = 0; at < template.length; at++) {
    const character = template[at]!;
    placeholderShape.lastIndex = at;
    const found = character === "<" ? placeholderShape.exec(template) : null;
    if (found !== null) {
      const value = variables.get(found[1] ?? "");
      if (value === undefined) {
        throw refusal(
          `Invalid InputTemplate for target ${targetId} : ${found[0]} is not in InputPathsMap`,
        );
      }
      parts.push(text, { value, inString });
      text = "";
      at += found[0].length - 1;
    } else if (character === "\\" && inString) {
      text += character + (template[++at] ?? "");
    } else {
      if (character === '"') inString = !inString;
      text += character;
    }
  }
  return [...parts, text];
}

/**
 * In a string, a text stands as it is, anything else as its JSON, both escaped so that the string goes
 * on; outside of one everything is its JSON. What is not in the event is nothing there, and null here.
 */
function render(
  parts: readonly (string | Placeholder)[],
  event: EventEnvelope,
  context: InputContext,
): string {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
    } else {
      const value = part.value(event, context);
      if (!part.inString) text += JSON.stringify(value ?? null);
      else if (value !== undefined) {
        const plain = typeof value === "string" ? value : JSON.stringify(value);
        text += JSON.stringify(plain).slice(1, -1);
      }
    }
    if (text.length > eventRuleLimits.inputCharacters) {
      throw refusal("What the template makes of the event is too long");
    }
  }
  return text;
}

function pathOf(targetId: string, text: string): JsonPath {
  const path = parseJsonPath(text);
  if (path === undefined) throw refusal(`Invalid JSON path '${text}' for target ${targetId}`);
  return path;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function refusal(sentence: string): RegistryError {
  return new RegistryError("Validation", sentence);
}
