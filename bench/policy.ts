/**
 * `node scripts/run.mjs bench/policy.ts`: what one decision of the policy engine costs, and how it
 * grows with the statements that have a say in it.
 */
import { compilePolicy } from "../src/registry/policy/compile-policy.ts";
import { evaluate } from "../src/registry/policy/evaluate.ts";
import { parsePolicy } from "../src/registry/policy/parse-policy.ts";
import type { PolicyKind } from "../src/registry/policy/policy-document.ts";
import type { Attached, PolicyRequest, PolicySet } from "../src/registry/policy/policy-request.ts";

const account = "111122223333";
const repository = `arn:aws:ecr:eu-west-1:${account}:repository`;
const role = `arn:aws:iam::${account}:role/team/puller`;

const actions = [
  ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  ["ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart"],
  ["ecr:Describe*", "ecr:List*"],
  ["ecr:*"],
  ["iam:GetUser", "sts:*"],
];

/** Statements as people write them; those that are asked about all match the action, none the resource. */
function statement(index: number, everyActionMatches: boolean, isResourcePolicy: boolean): object {
  const condition = { StringEquals: { "aws:PrincipalTag/team": [`team-${index}`, "core"] } };
  const principal = { AWS: [`arn:aws:iam::${account}:role/other-${index}`, role] };
  return {
    Effect: index % 7 === 6 ? "Deny" : "Allow",
    ...(isResourcePolicy ? { Principal: principal } : {}),
    Action: everyActionMatches ? "ecr:Batch*" : actions[index % actions.length],
    Resource: `${repository}/team-${index}/*`,
    ...(index % 3 === 0 ? { Condition: condition } : {}),
  };
}

function policy(
  kind: PolicyKind,
  statements: number,
  options: { from: number; matching: boolean; last?: object },
): Attached {
  const list = Array.from(
    { length: statements - (options.last === undefined ? 0 : 1) },
    (_, index) => statement(options.from + index, options.matching, kind === "key"),
  );
  if (options.last !== undefined) list.push(options.last);
  const text = JSON.stringify({ Version: "2012-10-17", Statement: list });
  const { document, failure } = parsePolicy(text, kind);
  if (document === undefined) throw new Error(failure.sentence);
  return { source: `policy ${options.from}`, type: kind, compiled: compilePolicy(document) };
}

const allowed = { Effect: "Allow", Action: "ecr:BatchGetImage", Resource: `${repository}/app` };

function request(action: string): PolicyRequest {
  return {
    principal: {
      type: "AssumedRole",
      account,
      arn: `arn:aws:sts::${account}:assumed-role/puller/build`,
      roleArn: role,
      uniqueId: "AROAPULLERPULLERPULL:build",
    },
    action,
    resource: { arn: `${repository}/app`, account },
    context: new Map([
      ["aws:principaltag/team", "core"],
      ["aws:sourceip", "203.0.113.7"],
      ["aws:securetransport", "true"],
    ]),
  };
}

/**
 * Microseconds of processor time that one decision takes: the median of rounds, after the code is
 * warm. Processor time, so that what else runs on the machine does not count.
 */
function measure(set: PolicySet, asked: PolicyRequest, decisions: number): number {
  for (let index = 0; index < decisions; index++) evaluate(asked, set);
  const rounds = Array.from({ length: 9 }, () => {
    const started = process.cpuUsage();
    for (let index = 0; index < decisions; index++) evaluate(asked, set);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / decisions;
  });
  return rounds.sort((a, b) => a - b)[4]!;
}

/** Policies of at most 20 statements, which all name the action that is asked about, or not. */
function policies(kind: PolicyKind, statements: number, matching: boolean): Attached[] {
  return Array.from({ length: Math.ceil(statements / 20) }, (_, index) => {
    const from = index * 20;
    return policy(kind, Math.min(20, statements - from), { from, matching });
  });
}

const lines: string[] = [];
const say = (what: string, microseconds: number) =>
  lines.push(`${what.padEnd(74)} ${microseconds.toFixed(2).padStart(8)} µs`);

const pull = request("ecr:BatchGetImage");
const usual: PolicySet = {
  identity: [
    ...policies("identity", 180, false),
    policy("identity", 20, { from: 180, matching: false, last: allowed }),
  ],
  resource: policies("key", 20, false),
};
if (!evaluate(pull, usual).allowed) throw new Error("the last statement allows");
say(
  "10 identity policies of 20, resource policy of 20, allowed by the last",
  measure(usual, pull, 20_000),
);
say("the same, no statement allows", measure(usual, request("ecr:DeleteRepository"), 20_000));
const root = { type: "Root" as const, account, arn: `arn:aws:iam::${account}:root` };
say(
  "root, no policies",
  measure({ identity: [], resource: [] }, { ...pull, principal: root }, 200_000),
);
lines.push("", "every statement names the action, four fifths in identity policies:");
for (const statements of [10, 20, 50, 100, 200, 500, 1_000]) {
  const set: PolicySet = {
    identity: policies("identity", statements * 0.8, true),
    resource: policies("key", statements * 0.2, true),
  };
  const microseconds = measure(set, pull, Math.ceil(200_000 / statements));
  const each = ((microseconds * 1000) / statements).toFixed(0);
  say(`${statements} statements (${each} ns each)`, microseconds);
}
process.stdout.write(`${lines.join("\n")}\n`);
