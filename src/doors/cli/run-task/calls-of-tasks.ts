import type * as secrets from "@aws-sdk/client-secrets-manager";
import type * as ssm from "@aws-sdk/client-ssm";

/** What a task's secrets are asked by. */
export interface CallsOfTasks {
  "secretsmanager:GetSecretValue": [secrets.GetSecretValueRequest, secrets.GetSecretValueResponse];
  "ssm:GetParameters": [ssm.GetParametersRequest, ssm.GetParametersResult];
}
