import type {
  GetAccessKeyLastUsedRequest,
  GetAccessKeyLastUsedResponse,
} from "@aws-sdk/client-iam";
import type { Ports } from "../../ports/ports.ts";
import { noSuchKey } from "../../registry/identity/access-keys.ts";
import { entityArn, type User } from "../../registry/identity/entity.ts";
import type { StoredAccessKey } from "../../registry/identity/stored-credential.ts";
import type { AccountId } from "../../registry/names.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { isoTime, type QueryWire } from "../query-wire.ts";
import { accessKeyId, request } from "./shapes.ts";

const never = { ServiceName: "N/A", Region: "N/A" };

/** Whose key it is, and when, where and for which service it signed last. To the minute. */
export const getAccessKeyLastUsed = operation("iam:GetAccessKeyLastUsed", {
  input: request({ AccessKeyId: accessKeyId } satisfies Members<GetAccessKeyLastUsedRequest>),
  async resource({ AccessKeyId }, { principal: { account } }, { ports }) {
    const { user } = (await findKey(ports, account, AccessKeyId)) ?? {};
    // Another account's key and nobody's look the same.
    return {
      arn: user === undefined ? `arn:aws:iam::${account}:user/*` : entityArn(user),
      account,
    };
  },
  access: "Read",
  errors: ["NoSuchEntity"],
  async handle(
    { AccessKeyId },
    { ports, caller },
  ): Promise<QueryWire<GetAccessKeyLastUsedResponse>> {
    const found = await findKey(ports, caller.principal.account, AccessKeyId);
    if (found === undefined) throw noSuchKey(AccessKeyId);
    const { lastUse } = found.key;
    const used = lastUse && {
      LastUsedDate: isoTime(lastUse.at),
      ServiceName: lastUse.service,
      Region: lastUse.region,
    };
    return { UserName: found.user?.name, AccessKeyLastUsed: used ?? never };
  },
});

/** A key of the account; the user is absent where it is root's. */
async function findKey(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  id: string,
): Promise<{ key: StoredAccessKey; user: User | undefined } | undefined> {
  const { accessKeys, entities } = metadata.identity;
  const key = await accessKeys.find(id);
  if (key === undefined || key.owner.account !== account) return undefined;
  const owner = await entities.findById(key.owner.id);
  return { key, user: owner?.kind === "user" ? owner : undefined };
}
