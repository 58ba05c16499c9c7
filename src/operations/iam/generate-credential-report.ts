import type { GenerateCredentialReportResponse } from "@aws-sdk/client-iam";
import { makeCredentialReport } from "../../registry/identity/credential-report.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { request } from "./shapes.ts";

/** Makes a report of all credentials of the account, unless the last is younger than four hours. */
export const generateCredentialReport = operation("iam:GenerateCredentialReport", {
  input: request({}),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "Read",
  errors: [],
  async handle(
    _input,
    { ports, deployment, caller },
  ): Promise<QueryWire<GenerateCredentialReportResponse>> {
    await makeCredentialReport(ports, deployment, caller.principal.account);
    return { State: "COMPLETE" };
  },
});
