/** Inputs made from a zod schema: one that keeps to it, and many that break it. */
import fc from "fast-check";
import { z } from "zod";

type JsonObject = Record<string, unknown>;

/** The object schema below the preprocessing, defaults and optionality that may lie around it. */
function core(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return inner(schema);
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return inner(schema);
  if (schema instanceof z.ZodPipe) {
    const { in: first, out: second } = schema.def;
    // What preprocesses takes anything; what transforms takes what its schema says.
    return core((first instanceof z.ZodTransform ? second : first) as z.ZodType);
  }
  return schema;
}

function inner(schema: { readonly def: { readonly innerType: unknown } }): z.ZodType {
  return core(schema.def.innerType as z.ZodType);
}

function members(schema: z.ZodType): [string, z.ZodType][] {
  const object = core(schema);
  if (!(object instanceof z.ZodObject)) throw new Error("an input is an object");
  return Object.entries(object.shape as Record<string, z.ZodType>);
}

/** What an input's members are called. */
export function memberNames(schema: z.ZodType): string[] {
  return members(schema).map(([name]) => name);
}

function isRequired(schema: z.ZodType): boolean {
  return !schema.safeParse(undefined).success;
}

/** An input with every member, each from `known` or else the least that its schema takes. */
export function validInput(schema: z.ZodType, known: Readonly<JsonObject>): JsonObject {
  const entries = members(schema).map(([name, member]) => [
    name,
    Object.hasOwn(known, name) ? known[name] : least(member, known),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function least(schema: z.ZodType, known: Readonly<JsonObject>): unknown {
  if (!isRequired(schema)) return undefined;
  const bare = core(schema);
  if (bare instanceof z.ZodObject) return validInput(bare, known);
  if (bare instanceof z.ZodArray) {
    const item = core(bare.def.element as z.ZodType);
    return [item instanceof z.ZodObject ? validInput(item, known) : least(item, known)];
  }
  if (bare instanceof z.ZodRecord) return {};
  if (bare instanceof z.ZodString) return "text";
  if (bare instanceof z.ZodNumber) return 0;
  if (bare instanceof z.ZodBoolean) return false;
  if (bare instanceof z.ZodEnum) return bare.options[0];
  if (bare instanceof z.ZodUnion) return least(bare.options[0] as z.ZodType, known);
  throw new Error(`no least value of a ${bare.def.type}`);
}

/** `valid` with one thing wrong: a member of another type, a required one missing, or no object. */
export function malformed(schema: z.ZodType, valid: JsonObject): fc.Arbitrary<unknown> {
  const breakages: fc.Arbitrary<unknown>[] = [
    fc.oneof(fc.string(), fc.integer(), fc.array(fc.integer())),
  ];
  for (const [name, member] of members(schema)) {
    breakages.push(wrong(member).map((value) => ({ ...valid, [name]: value })));
    if (!isRequired(member)) continue;
    const { [name]: _left, ...without } = valid;
    breakages.push(fc.constantFrom<unknown>(without, { ...without, [name]: null }));
  }
  return fc.oneof(...breakages);
}

/** Values that no schema of that kind takes. */
function wrong(schema: z.ZodType): fc.Arbitrary<unknown> {
  const bare = core(schema);
  if (bare instanceof z.ZodArray) {
    const items = wrong(bare.def.element as z.ZodType).map((item) => [item]);
    // More than any list of ECR takes.
    const tooMany = fc.constant(Array.from({ length: 1001 }, () => "x"));
    const others = otherTypes("array").filter((value) => value !== "");
    return fc.oneof(others, items, tooMany);
  }
  if (bare instanceof z.ZodObject) {
    const entries = members(bare).map(([name, member]) =>
      wrong(member).map((value) => ({ [name]: value })),
    );
    return fc.oneof(otherTypes("object"), ...entries);
  }
  // AWS Query writes numbers, booleans and empty lists as text.
  if (bare instanceof z.ZodRecord) return otherTypes("object");
  if (bare instanceof z.ZodNumber)
    return fc.oneof(
      otherTypes("number").filter((value) => typeof value !== "string" || /[^0-9-]/.test(value)),
      // Times have fractions.
      fc.constantFrom(...(bare.isInt ? [1.5] : []), -1, 2 ** 60),
    );
  if (bare instanceof z.ZodBoolean) {
    return otherTypes("boolean").filter((value) => value !== "true" && value !== "false");
  }
  if (bare instanceof z.ZodEnum) {
    return fc.oneof(
      otherTypes("string"),
      fc.string().filter((text) => !bare.options.includes(text)),
    );
  }
  return otherTypes("string");
}

function otherTypes(type: string): fc.Arbitrary<unknown> {
  const values: Record<string, fc.Arbitrary<unknown>> = {
    array: fc.array(fc.integer(), { minLength: 1 }),
    boolean: fc.boolean(),
    number: fc.double({ noNaN: true, noDefaultInfinity: true }),
    object: fc.dictionary(fc.string(), fc.integer(), { minKeys: 1 }),
    string: fc.string(),
  };
  return fc.oneof(
    ...Object.keys(values)
      .filter((name) => name !== type)
      .map((name) => values[name]!),
  );
}
