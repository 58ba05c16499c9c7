/** `entrepot can`: whether somebody may do something, and which statement says so. */
import { isRefusal } from "../call-server.ts";
import type { Answer } from "../calls.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";
import { isArn } from "./policy-source.ts";

export type Access = Answer<"entrepot:ExplainAccess">;

export interface AccessQuestion {
  /** `user/<name>`, `role/<name>`, `root`, `oidc:<issuer>#<group>`, or an ARN. */
  readonly principal: string;
  /** `ecr:PutImage`, or `PutImage` of ECR. */
  readonly action: string;
  /** A repository's name or address, `*`, or an ARN; of IAM also `user/<name>` and the like. */
  readonly resource: string;
  /** `key=value`; a key that is given twice has both values. */
  readonly context: readonly string[];
}

/** @throws Refusal, NoSuchEntity when there is no such principal; CommandError for context that is none */
export async function explainAccess(server: Server, question: AccessQuestion): Promise<Access> {
  const { account } = await server.identity();
  const action = question.action.includes(":") ? question.action : `ecr:${question.action}`;
  const service = action.slice(0, action.indexOf(":"));
  return server.call("entrepot:ExplainAccess", {
    principalArn: await principalArn(server, question.principal, account),
    action,
    resourceArn: resourceArn(question.resource, service, { account, region: server.region }),
    context: contextOf(question.context),
  });
}

async function principalArn(server: Server, principal: string, account: string): Promise<string> {
  const [, issuer, group] = /^oidc:(?:https:\/\/)?([^#]+)#(.+)$/.exec(principal) ?? [];
  if (issuer !== undefined && group !== undefined) return groupRoleArn(server, { issuer, group });
  return isArn(principal) ? principal : `arn:aws:iam::${account}:${principal}`;
}

/** Of the role that members of an identity provider's group have. @throws CommandError for none */
async function groupRoleArn(
  server: Server,
  { issuer, group }: { readonly issuer: string; readonly group: string },
): Promise<string> {
  const { account } = await server.identity();
  const none = new CommandError(
    `the group ${group} of ${issuer} has no role: entrepot sign-on grant`,
  );
  const asked = {
    ...({ principalKind: "provider-group", principalName: group } as const),
    providerArn: `arn:aws:iam::${account}:oidc-provider/${issuer}`,
  };
  const { roles } = await server.call("entrepot:ListRoleGrants", asked).catch((error: unknown) => {
    throw isRefusal(error, "NoSuchEntity") ? none : error;
  });
  const arn = roles[0]?.principals[0]?.roleArn;
  if (arn === undefined) throw none;
  return arn;
}

function resourceArn(
  resource: string,
  service: string,
  own: { readonly account: string; readonly region: string },
): string {
  if (resource === "*" || isArn(resource)) return resource;
  if (service === "iam" || service === "sts") return `arn:aws:iam::${own.account}:${resource}`;
  const address = /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[\w-]+)\.[^/]+\/(?<name>.+)$/;
  const { account, region, name } = address.exec(resource)?.groups ?? { ...own, name: resource };
  return `arn:aws:ecr:${region}:${account}:repository/${name}`;
}

function contextOf(pairs: readonly string[]): Record<string, string | string[]> {
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at <= 0) throw new CommandError(`"${pair}" is no condition: use <key>=<value>`, 2);
    const key = pair.slice(0, at);
    values.set(key, [...(values.get(key) ?? []), pair.slice(at + 1)]);
  }
  return Object.fromEntries(
    [...values].map(([key, all]) => [key, all.length === 1 ? (all[0] ?? "") : all]),
  );
}
