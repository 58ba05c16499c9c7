import type {
  ListSigningCertificatesRequest,
  ListSigningCertificatesResponse,
} from "@aws-sdk/client-iam";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { requireMeant } from "./require-meant.ts";
import { marker, maxItems, ownUserName, request } from "./shapes.ts";
import { meantResource } from "./user-resource.ts";

/** None: requests are signed by access keys alone. */
export const listSigningCertificates = operation("iam:ListSigningCertificates", {
  input: request({
    UserName: ownUserName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListSigningCertificatesRequest>),
  resource: meantResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListSigningCertificatesResponse>> {
    await requireMeant(ports, input, caller);
    return { Certificates: [], IsTruncated: false };
  },
});
