/** Statements of a repository's policy as a form shows them, and the text that comes of it. */
import {
  isObject,
  isWordList,
  type JsonObject,
  objectOf,
  textOf,
  withMember,
} from "../../components/json-document.ts";

export const effects = ["Allow", "Deny"] as const;

/** What a policy of a repository is usually about. Source: ECR, "Actions, resources, and condition keys". */
export const repositoryActions = [
  "ecr:*",
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchDeleteImage",
  "ecr:BatchGetImage",
  "ecr:CompleteLayerUpload",
  "ecr:DeleteLifecyclePolicy",
  "ecr:DeleteRepository",
  "ecr:DeleteRepositoryPolicy",
  "ecr:DescribeImageScanFindings",
  "ecr:DescribeImages",
  "ecr:DescribeRepositories",
  "ecr:GetDownloadUrlForLayer",
  "ecr:GetLifecyclePolicy",
  "ecr:GetRepositoryPolicy",
  "ecr:InitiateLayerUpload",
  "ecr:ListImages",
  "ecr:ListTagsForResource",
  "ecr:PutImage",
  "ecr:PutImageTagMutability",
  "ecr:PutLifecyclePolicy",
  "ecr:SetRepositoryPolicy",
  "ecr:StartImageScan",
  "ecr:TagResource",
  "ecr:UntagResource",
  "ecr:UpdateImageStorageClass",
  "ecr:UploadLayerPart",
] as const;

/** What people want to let others do, as actions. */
export const actionSets = {
  pull: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  push: [
    ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload"],
    ...["ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage"],
    "ecr:UploadLayerPart",
  ],
} as const;

/** A statement, and what of it no field shows. */
export interface PlacedStatement {
  readonly statement: JsonObject;
  readonly hidden: readonly string[];
}

/** Absent while the text is no JSON, or no policy. An empty text is a policy that says nothing. */
export function statementsOf(text: string): readonly PlacedStatement[] | undefined {
  if (text.trim() === "") return [];
  const policy = objectOf(text);
  if (policy === undefined) return undefined;
  const { Statement: told = [] } = policy;
  const statements: readonly unknown[] = Array.isArray(told) ? told : [told];
  if (!statements.every(isObject)) return undefined;
  return statements.map((statement) => ({ statement, hidden: hiddenOf(statement) }));
}

const shown: Readonly<Record<string, (value: unknown) => boolean>> = {
  Sid: (value) => typeof value === "string",
  Effect: (value) => effects.includes(value as "Allow"),
  Principal: (value) => principalsOf(value) !== undefined,
  Action: (value) => wordsIn(value) !== undefined,
};

function hiddenOf(statement: JsonObject): readonly string[] {
  const { Principal: principal } = statement;
  const others = isObject(principal) && principalsOf(principal) !== undefined ? principal : {};
  return [
    ...Object.keys(statement).filter((name) => shown[name]?.(statement[name]) !== true),
    ...Object.keys(others)
      .filter((name) => name !== "AWS")
      .map((name) => `Principal.${name}`),
  ];
}

/** A word, or a list of them, as policies write both. */
function wordsIn(value: unknown): readonly string[] | undefined {
  const list = typeof value === "string" ? [value] : value;
  return isWordList(list) ? list : undefined;
}

/** `*`, or ARNs and accounts; those of services are no field's. */
export function principalsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return [];
  if (value === "*") return ["*"];
  if (!isObject(value)) return undefined;
  return value.AWS === undefined ? [] : wordsIn(value.AWS);
}

export function actionsOf({ statement }: PlacedStatement): readonly string[] {
  return wordsIn(statement.Action) ?? [];
}

export interface StatementChange {
  readonly member: "Sid" | "Effect" | "Principal" | "Action";
  readonly value: unknown;
}

/** The text with one member of one statement changed. */
export function changeStatement(
  text: string,
  place: number,
  { member, value }: StatementChange,
): string {
  return replaceStatements(text, (statements) =>
    statements.map((statement, at) => {
      if (at !== place) return statement;
      if (member !== "Principal") return withMember(statement, member, oneOrMore(value));
      const { Principal: before } = statement;
      const words = value as readonly string[];
      const others = isObject(before) ? withMember(before, "AWS", undefined) : {};
      // Everybody, where nobody else is named beside: as policies usually write it.
      const isEverybody = words.join() === "*" && Object.keys(others).length === 0;
      const named = isObject(before) ? before : {};
      const principal = withMember(named, "AWS", words.length === 0 ? undefined : oneOrMore(words));
      return withMember(statement, member, isEverybody ? "*" : principal);
    }),
  );
}

function oneOrMore(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

export function removeStatement(text: string, place: number): string {
  return replaceStatements(text, (statements) => statements.filter((_, at) => at !== place));
}

/** One that lets a principal pull, once it is named. */
export function addStatement(text: string): string {
  const statement = { Effect: "Allow", Principal: { AWS: [] }, Action: [...actionSets.pull] };
  return replaceStatements(text, (statements) => [
    ...statements,
    { Sid: freeSid(statements), ...statement },
  ]);
}

function freeSid(statements: readonly JsonObject[]): string {
  const taken = new Set(statements.map(({ Sid }) => Sid));
  for (let number = statements.length + 1; ; number += 1) {
    if (!taken.has(`Statement${number}`)) return `Statement${number}`;
  }
}

function replaceStatements(
  text: string,
  change: (statements: readonly JsonObject[]) => readonly JsonObject[],
): string {
  const placed = statementsOf(text);
  if (placed === undefined) return text;
  const policy = objectOf(text) ?? { Version: "2012-10-17" };
  const changed = change(placed.map(({ statement }) => statement));
  const isSingle = isObject(policy.Statement) && changed.length === 1;
  return textOf(withMember(policy, "Statement", isSingle ? changed[0] : changed));
}
