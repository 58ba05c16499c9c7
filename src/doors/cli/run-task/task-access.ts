/** What a task gets with the rights of its execution role, as ECS's agent does. */
import type { RegistryLogin } from "../../../ports/container-engine.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";
import type { TaskContainer, TaskDefinition } from "./task-definition.ts";
import { taskLimits } from "./task-limits.ts";
import { jsonMember, type ValueFrom } from "./value-from.ts";

type AsRole = Pick<Server, "call" | "inRegion" | "origin">;

/**
 * The server as the task's execution role asks it; where there is none, as the operator does, who stands
 * for the role of the machine.
 * @throws CommandError where secrets are to be read and no role says who may
 */
export async function executionRole(server: Server, task: TaskDefinition): Promise<Server> {
  const { executionRoleArn: RoleArn, containers } = task;
  if (RoleArn === undefined) {
    const needs = containers.find(({ secrets, loginFrom }) => secrets.length > 0 || loginFrom);
    if (needs === undefined) return server;
    const sentence = `${needs.name} has secrets, and the task definition no executionRoleArn`;
    throw new CommandError(sentence, 2);
  }
  const { Credentials } = await server.call("sts:AssumeRole", {
    ...{ RoleArn, RoleSessionName: "entrepot-run-task" },
    DurationSeconds: taskLimits.sessionSeconds,
  });
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined) {
    throw new CommandError(`${server.origin} answers AssumeRole without credentials`);
  }
  const key = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  return server.withKey({ ...key, sessionToken: SessionToken });
}

/** The values of a container's secrets, by the names of their variables. */
export async function secretsOf(
  role: AsRole,
  { name, secrets }: Pick<TaskContainer, "name" | "secrets">,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const { name: variable, from } of secrets) {
    const value = await valueOfSource(role, from).catch((error: Error) => {
      throw new CommandError(`${variable} of ${name} can not be had: ${error.message}`);
    });
    values.set(variable, value);
  }
  return values;
}

/** @throws Refusal, and CommandError that says nothing of a value */
async function valueOfSource(role: AsRole, from: ValueFrom): Promise<string> {
  if (from.kind === "parameter") {
    const asked = from.region === undefined ? role : role.inRegion(from.region);
    const { parameter } = from;
    const answer = await asked.call("ssm:GetParameters", {
      ...{ Names: [parameter], WithDecryption: true },
    });
    const value = answer.Parameters?.[0]?.Value;
    if (value === undefined) throw new CommandError(`there is no parameter ${parameter}`);
    return value;
  }
  const { secretArn, jsonKey, versionStage, versionId } = from;
  const { SecretString } = await role.inRegion(from.region).call("secretsmanager:GetSecretValue", {
    ...{ SecretId: secretArn, VersionStage: versionStage, VersionId: versionId },
  });
  if (SecretString === undefined) throw new CommandError(`${secretArn} is not text`);
  return jsonKey === undefined ? SecretString : jsonMember(SecretString, jsonKey, secretArn);
}

/**
 * How each image's registry is logged in to: ours with a token of the role, others with what the task
 * definition names a secret for.
 * @param hosts under which ours is pulled from, beside those that it says itself
 */
export async function loginsOf(
  role: AsRole,
  containers: readonly TaskContainer[],
  hosts: readonly string[],
): Promise<ReadonlyMap<string, RegistryLogin | undefined>> {
  const ours = await ownLogin(role);
  const own = new Set([...namesOf(new URL(role.origin)), ours.server, ...hosts]);
  const logins = new Map<string, RegistryLogin | undefined>();
  for (const { name, image, loginFrom } of containers) {
    const slash = image.indexOf("/");
    const host = slash === -1 ? "" : image.slice(0, slash);
    if (loginFrom === undefined) {
      logins.set(name, own.has(host) ? { ...ours, server: host } : undefined);
      continue;
    }
    const text = await valueOfSource(role, loginFrom);
    const username = jsonMember(text, "username", `the login of ${name}`);
    const password = jsonMember(text, "password", `the login of ${name}`);
    logins.set(name, { username, password, server: host });
  }
  return logins;
}

const loopback = ["localhost", "127.0.0.1", "[::1]"];

/** Host and port of a server, under each name where it is this machine's own. */
function namesOf({ host, hostname, port }: URL): readonly string[] {
  if (!loopback.includes(hostname)) return [host];
  return loopback.map((name) => (port === "" ? name : `${name}:${port}`));
}

/** @throws CommandError for an answer without a token */
async function ownLogin(role: AsRole): Promise<RegistryLogin> {
  const { authorizationData } = await role.call("ecr:GetAuthorizationToken", {});
  const { authorizationToken = "", proxyEndpoint = "" } = authorizationData?.[0] ?? {};
  const [username = "", password] = Buffer.from(authorizationToken, "base64").toString().split(":");
  if (password === undefined) throw new CommandError(`${role.origin} gives no token to pull with`);
  return { username, password, server: URL.parse(proxyEndpoint)?.host ?? "" };
}
