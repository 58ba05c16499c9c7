import type {
  DecodeAuthorizationMessageRequest,
  DecodeAuthorizationMessageResponse,
} from "@aws-sdk/client-sts";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { limits } from "../../registry/limits.ts";
import { openDenial } from "../../registry/policy/authorization-message.ts";
import { request } from "../iam/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";

/**
 * Why a request was denied, from the text that came with the denial. Only who belongs to the account
 * of the principal that was denied may know. Source: STS API, DecodeAuthorizationMessage.
 */
export const decodeAuthorizationMessage = operation("sts:DecodeAuthorizationMessage", {
  input: request({
    EncodedMessage: z.string().min(1).max(limits.authorizationMessageCharacters),
  } satisfies Members<DecodeAuthorizationMessageRequest>),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "Write",
  errors: ["InvalidAuthorizationMessage"],
  async handle(input, { ports, caller }): Promise<DecodeAuthorizationMessageResponse> {
    const opened = openDenial(ports, input.EncodedMessage);
    if (opened?.account !== caller.principal.account) {
      throw new RegistryError("InvalidAuthorizationMessage", "The encoded message is not valid.");
    }
    return { DecodedMessage: opened.message };
  },
});
