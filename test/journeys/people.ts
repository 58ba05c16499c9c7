/** Who signs in besides root, made through the public API. */
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import type { RunningServer } from "../support/server.ts";

export type Person = Pick<RunningServer, "accessKeyId" | "secretAccessKey"> & {
  readonly arn: string;
};

/** A user who may do these actions on everything. */
export async function createUser(
  { origin, accessKeyId, secretAccessKey }: RunningServer,
  UserName: string,
  actions: readonly string[],
): Promise<Person> {
  const credentials = { accessKeyId, secretAccessKey };
  const iam = new IAMClient({ region: "us-east-1", endpoint: origin, credentials, maxAttempts: 1 });
  const { User } = await iam.send(new CreateUserCommand({ UserName }));
  const Statement = [{ Effect: "Allow", Action: actions, Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "own", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return {
    arn: User?.Arn ?? "",
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
}
