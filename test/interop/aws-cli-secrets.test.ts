import { afterAll, beforeAll, expect, it } from "vitest";
import { AwsCli } from "./aws-cli.ts";
import { account, type InteropRegistry, openRegistry, region } from "./registry.ts";

let registry: InteropRegistry;
let root: AwsCli;

beforeAll(async () => {
  registry = await openRegistry();
  root = new AwsCli(registry, "plain HTTP");
});

afterAll(async () => {
  await registry?.close();
});

it("keeps a secret, gives it another value, and reads both", async () => {
  const secrets = (...args: string[]) => root.ask("secretsmanager", ...args);
  const { ARN } = await secrets("create-secret", "--name", "db", "--secret-string", "one");
  expect(ARN).toContain(`arn:aws:secretsmanager:${region}:${account}:secret:db-`);
  await secrets("put-secret-value", "--secret-id", ARN, "--secret-string", "two");
  const read = ["get-secret-value", "--secret-id", "db"] as const;
  expect((await secrets(...read)).SecretString).toBe("two");
  const before = await secrets(...read, "--version-stage", "AWSPREVIOUS");
  expect(before).toMatchObject({ SecretString: "one", VersionStages: ["AWSPREVIOUS"] });
  const { SecretList } = await secrets("list-secrets", "--filters", "Key=name,Values=d");
  expect(SecretList).toMatchObject([{ Name: "db" }]);
  await secrets("delete-secret", "--secret-id", "db", "--recovery-window-in-days", "7");
});

it("puts parameters, and reads them by name and by path", async () => {
  const ssm = (...args: string[]) => root.ask("ssm", ...args);
  const put = ["put-parameter", "--name", "/app/token", "--type", "SecureString"];
  expect(await ssm(...put, "--value", "v")).toMatchObject({ Version: 1, Tier: "Standard" });
  const { Parameter } = await ssm("get-parameter", "--name", "/app/token", "--with-decryption");
  expect(Parameter).toMatchObject({ Value: "v", Type: "SecureString", Version: 1 });
  const { Parameters } = await ssm("get-parameters-by-path", "--path", "/app");
  expect(Parameters).toMatchObject([{ Name: "/app/token" }]);
  expect(Parameters[0].Value).not.toBe("v");
});
