import type {
  ListServiceSpecificCredentialsRequest,
  ListServiceSpecificCredentialsResponse,
} from "@aws-sdk/client-iam";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { accountResource } from "./account-resource.ts";
import { requireMeant } from "./require-meant.ts";
import { boolean, marker, maxItems, ownUserName, request } from "./shapes.ts";
import { meantResource } from "./user-resource.ts";

/** None: no service here takes credentials of its own. */
export const listServiceSpecificCredentials = operation("iam:ListServiceSpecificCredentials", {
  input: request({
    UserName: ownUserName,
    ServiceName: z.string().optional(),
    AllUsers: boolean.default(false),
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListServiceSpecificCredentialsRequest>),
  resource: (input, caller, environment) =>
    input.AllUsers ? accountResource(input, caller) : meantResource(input, caller, environment),
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<Answer> {
    if (input.AllUsers && input.UserName !== undefined) {
      throw new RegistryError("Validation", "UserName cannot be given together with AllUsers.");
    }
    if (!input.AllUsers) await requireMeant(ports, input, caller);
    return { ServiceSpecificCredentials: [], IsTruncated: false };
  },
});

type Answer = QueryWire<ListServiceSpecificCredentialsResponse>;
