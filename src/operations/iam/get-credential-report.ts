import type { GetCredentialReportResponse } from "@aws-sdk/client-iam";
import { findCredentialReport } from "../../registry/identity/credential-report.ts";
import { operation } from "../operation.ts";
import { isoTime, type QueryWire } from "../query-wire.ts";
import { request } from "./shapes.ts";

/** The report that GenerateCredentialReport made last, for four hours. */
export const getCredentialReport = operation("iam:GetCredentialReport", {
  input: request({}),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "Read",
  errors: ["CredentialReportExpired", "CredentialReportNotPresent"],
  async handle(_input, { ports, caller }): Promise<QueryWire<GetCredentialReportResponse>> {
    const { content, madeAt } = await findCredentialReport(ports, caller.principal.account);
    return {
      Content: Buffer.from(content).toString("base64"),
      ReportFormat: "text/csv",
      GeneratedTime: isoTime(madeAt),
    };
  },
});
