/**
 * `npm run bench:access`: the same GETs by root and by a role whose rights have to be found in 220
 * statements, in turns on one server. See docs/benchmarks.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  ECRClient,
  GetAuthorizationTokenCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { type RunningServer, startServer } from "../test/support/server.ts";
import { commandLine, writeFigures } from "./document.ts";
import { entrepot, entrepotTarget, type Target } from "./peers.ts";
import { temporaryFolder } from "./places.ts";
import { circumstances, rounded, table } from "./report.ts";
import { median, writeBack } from "./rounds.ts";
import { manifestRate, missingWrk, pushTaggedImage } from "./workloads/manifests.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "5" },
    write: { type: "boolean", default: false },
  },
});

const account = "000000000000";
const region = "us-east-1";
const connections = 32;
const policies = 10;
const statements = 20;

async function main(): Promise<void> {
  const missing = missingWrk();
  if (missing !== undefined) throw new Error(missing);
  const rounds = Number(flags.rounds);
  const load = { connections, seconds: Number(flags.seconds) };
  const dataDirectory = mkdtempSync(join(temporaryFolder(), "access-"));
  const server = await startServer({ dataDirectory, settings: { ENTREPOT_HTTPS: "off" } });
  try {
    const root = await entrepotTarget(server);
    await pushTaggedImage(root);
    const role = await asRole(server, root);
    const rates: [number[], number[]] = [[], []];
    for (let round = 0; round <= rounds; round++) {
      const order = round % 2 === 0 ? [0, 1] : [1, 0];
      for (const index of order) {
        await writeBack();
        const rate = await manifestRate(index === 0 ? root : role, load);
        if (round > 0) rates[index as 0 | 1].push(rate); // Round 0 warms up.
      }
    }
    report(rates);
  } finally {
    await server.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

function report([root, role]: readonly [readonly number[], readonly number[]]): void {
  const ratios = role.map((rate, round) => rate / root[round]!);
  const ratio = median(role) / median(root);
  const rows = [
    ["root", rounded(median(root)), "", ""],
    [
      `a role with ${policies} policies of ${statements} statements, and a repository policy of ${statements}`,
      rounded(median(role)),
      ratio.toFixed(2),
      `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
    ],
  ];
  const head = ["who asks", "manifest GETs per second", "ratio", "over the rounds"];
  const text = `${circumstances(commandLine("bench:access"), [entrepot])}\n\n${table(head, rows)}`;
  console.log(text);
  if (flags.write) writeFigures("access figures", text);
}

/** The same server, asked by a session of a role that only the last of its statements lets in. */
async function asRole(server: RunningServer, root: Target): Promise<Target> {
  const client = { endpoint: server.origin, region };
  const iam = new IAMClient({ ...client, credentials: server });
  await iam.send(new CreateUserCommand({ UserName: "ci" }));
  const assume = { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" };
  await iam.send(
    new PutUserPolicyCommand({
      UserName: "ci",
      PolicyName: "assume",
      PolicyDocument: documentOf([assume]),
    }),
  );
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: "ci" }));
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: account } };
  await iam.send(
    new CreateRoleCommand({ RoleName: "puller", AssumeRolePolicyDocument: documentOf([trust]) }),
  );
  for (let number = 1; number <= policies; number++) {
    const { Policy } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: `policy-${number}`,
        PolicyDocument: documentOf(statementsOf(number)),
      }),
    );
    await iam.send(new AttachRolePolicyCommand({ RoleName: "puller", PolicyArn: Policy?.Arn }));
  }
  const ecr = new ECRClient({ ...client, credentials: server });
  await ecr.send(
    new SetRepositoryPolicyCommand({
      repositoryName: "bench/app",
      policyText: documentOf(repositoryStatements()),
    }),
  );
  const user = { accessKeyId: key!.AccessKeyId!, secretAccessKey: key!.SecretAccessKey! };
  const { Credentials: session } = await new STSClient({ ...client, credentials: user }).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${account}:role/puller`,
      RoleSessionName: "bench",
    }),
  );
  const credentials = {
    accessKeyId: session!.AccessKeyId!,
    secretAccessKey: session!.SecretAccessKey!,
    sessionToken: session!.SessionToken!,
  };
  const { authorizationData } = await new ECRClient({ ...client, credentials }).send(
    new GetAuthorizationTokenCommand({}),
  );
  return { ...root, authorization: `Basic ${authorizationData?.[0]?.authorizationToken}` };
}

/** All about pulling; each with a condition, and none but the last of the last policy fits. */
function statementsOf(policy: number): object[] {
  const many = Array.from({ length: statements }, (_, index) => ({
    Sid: `Statement${index}`,
    Effect: "Allow",
    Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    Resource: `arn:aws:ecr:*:${account}:repository/team-${policy}/service-${index}-*`,
    Condition: { StringLike: { "aws:PrincipalArn": `arn:aws:iam::${account}:role/*` } },
  }));
  if (policy !== policies) return many;
  const last = {
    Effect: "Allow",
    Action: ["ecr:Batch*", "ecr:GetAuthorizationToken"],
    Resource: "*",
    Condition: { IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "127.0.0.0/8"] } },
  };
  return [...many.slice(1), last];
}

function repositoryStatements(): object[] {
  return Array.from({ length: statements }, (_, index) => ({
    Sid: `Statement ${index}`,
    Effect: "Allow",
    Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    Principal: { AWS: "*" },
    Condition: { StringEquals: { "aws:PrincipalOrgID": `o-elsewhere${index}` } },
  }));
}

function documentOf(list: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: list });
}

await main();
