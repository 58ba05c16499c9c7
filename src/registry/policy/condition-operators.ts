/** What a condition compares, without negation. */
export type ConditionTest =
  | "StringEquals"
  | "StringEqualsIgnoreCase"
  | "StringLike"
  | "NumericEquals"
  | "NumericLessThan"
  | "NumericLessThanEquals"
  | "NumericGreaterThan"
  | "NumericGreaterThanEquals"
  | "DateEquals"
  | "DateLessThan"
  | "DateLessThanEquals"
  | "DateGreaterThan"
  | "DateGreaterThanEquals"
  | "Bool"
  | "BinaryEquals"
  | "IpAddress"
  | "ArnLike"
  | "Null";

/** Every operator of IAM: what it compares, and whether it asks for the opposite. */
export const conditionOperators: ReadonlyMap<
  string,
  { readonly test: ConditionTest; readonly negated: boolean }
> = new Map([
  ["StringEquals", { test: "StringEquals", negated: false }],
  ["StringNotEquals", { test: "StringEquals", negated: true }],
  ["StringEqualsIgnoreCase", { test: "StringEqualsIgnoreCase", negated: false }],
  ["StringNotEqualsIgnoreCase", { test: "StringEqualsIgnoreCase", negated: true }],
  ["StringLike", { test: "StringLike", negated: false }],
  ["StringNotLike", { test: "StringLike", negated: true }],
  ["NumericEquals", { test: "NumericEquals", negated: false }],
  ["NumericNotEquals", { test: "NumericEquals", negated: true }],
  ["NumericLessThan", { test: "NumericLessThan", negated: false }],
  ["NumericLessThanEquals", { test: "NumericLessThanEquals", negated: false }],
  ["NumericGreaterThan", { test: "NumericGreaterThan", negated: false }],
  ["NumericGreaterThanEquals", { test: "NumericGreaterThanEquals", negated: false }],
  ["DateEquals", { test: "DateEquals", negated: false }],
  ["DateNotEquals", { test: "DateEquals", negated: true }],
  ["DateLessThan", { test: "DateLessThan", negated: false }],
  ["DateLessThanEquals", { test: "DateLessThanEquals", negated: false }],
  ["DateGreaterThan", { test: "DateGreaterThan", negated: false }],
  ["DateGreaterThanEquals", { test: "DateGreaterThanEquals", negated: false }],
  ["Bool", { test: "Bool", negated: false }],
  ["BinaryEquals", { test: "BinaryEquals", negated: false }],
  ["IpAddress", { test: "IpAddress", negated: false }],
  ["NotIpAddress", { test: "IpAddress", negated: true }],
  // "The ArnEquals and ArnLike condition operators behave identically."
  ["ArnEquals", { test: "ArnLike", negated: false }],
  ["ArnLike", { test: "ArnLike", negated: false }],
  ["ArnNotEquals", { test: "ArnLike", negated: true }],
  ["ArnNotLike", { test: "ArnLike", negated: true }],
  ["Null", { test: "Null", negated: false }],
]);

export interface ConditionOperator {
  readonly qualifier: "ForAllValues" | "ForAnyValue" | undefined;
  readonly test: ConditionTest;
  readonly negated: boolean;
  readonly ifExists: boolean;
}

/** The parts of an operator as written, or `undefined` if IAM has no such operator. */
export function parseOperator(written: string): ConditionOperator | undefined {
  const qualifier = (["ForAllValues", "ForAnyValue"] as const).find((name) =>
    written.startsWith(`${name}:`),
  );
  const rest = qualifier === undefined ? written : written.slice(qualifier.length + 1);
  const ifExists = rest.endsWith("IfExists");
  const operator = conditionOperators.get(ifExists ? rest.slice(0, -"IfExists".length) : rest);
  if (operator === undefined || (operator.test === "Null" && ifExists)) return undefined;
  return { qualifier, ifExists, ...operator };
}
