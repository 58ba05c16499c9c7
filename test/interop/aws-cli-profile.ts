import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AwsCli } from "./aws-cli.ts";
import type { InteropRegistry } from "./registry.ts";

/** Sections of a file of the AWS CLI's, each with its lines. */
export type Sections = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Writes the files of profiles, and says in which variables the CLI learns of them. By itself it also
 * finds the server where it asks STS for a profile's credentials: `AWS_ENDPOINT_URL` is what people
 * set, and what Debian's CLI does not know yet, so that here STS has an endpoint of its own as well.
 */
export function writeProfiles(
  registry: InteropRegistry,
  files: { readonly config: Sections; readonly credentials: Sections },
): Record<string, string | undefined> {
  const endpoint = registry.url("plain HTTP");
  const models = join(registry.scratch, "models");
  const service = join(models, "sts", "2011-06-15");
  mkdirSync(service, { recursive: true });
  writeFileSync(join(service, "endpoint-rule-set-1.json"), JSON.stringify(oneEndpoint(endpoint)));
  return {
    AWS_CONFIG_FILE: written(registry, "config", files.config),
    AWS_SHARED_CREDENTIALS_FILE: written(registry, "credentials", files.credentials),
    AWS_DATA_PATH: models,
    AWS_ENDPOINT_URL: endpoint,
    // Credentials of the environment would come before those of a profile.
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_SESSION_TOKEN: undefined,
  };
}

/** Keys for profiles: of the management account's root, and of a new user who may be any role that lets him. */
export async function credentialsOf(
  registry: InteropRegistry,
  root: AwsCli,
  userName: string,
): Promise<Sections> {
  const user = ["--user-name", userName];
  await root.ask("iam", "create-user", ...user);
  const { AccessKey } = await root.ask("iam", "create-access-key", ...user);
  const assume = { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" };
  const document = JSON.stringify({ Version: "2012-10-17", Statement: [assume] });
  const named = ["--policy-name", "assume", "--policy-document", document];
  await root.ask("iam", "put-user-policy", ...user, ...named);
  const section = (aws_access_key_id: string, aws_secret_access_key: string) => ({
    aws_access_key_id,
    aws_secret_access_key,
  });
  const { accessKeyId, secretAccessKey } = registry.server;
  return {
    management: section(accessKeyId, secretAccessKey),
    [userName]: section(AccessKey.AccessKeyId, AccessKey.SecretAccessKey),
  };
}

function written({ scratch }: InteropRegistry, name: string, sections: Sections): string {
  const path = join(scratch, name);
  const lines = Object.entries(sections).flatMap(([section, values]) => [
    `[${section}]`,
    ...Object.entries(values).map(([key, value]) => `${key} = ${value}`),
  ]);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** Endpoint rules of botocore's, with one for everything. */
function oneEndpoint(url: string) {
  const flag = { required: true, default: false, documentation: "", type: "Boolean" };
  const text = { required: false, documentation: "", type: "String" };
  return {
    version: "1.0",
    parameters: {
      Region: { builtIn: "AWS::Region", ...text },
      UseDualStack: { builtIn: "AWS::UseDualStack", ...flag },
      UseFIPS: { builtIn: "AWS::UseFIPS", ...flag },
      Endpoint: { builtIn: "SDK::Endpoint", ...text },
      UseGlobalEndpoint: { builtIn: "AWS::STS::UseGlobalEndpoint", ...flag },
    },
    rules: [{ conditions: [], endpoint: { url, properties: {}, headers: {} }, type: "endpoint" }],
  };
}
