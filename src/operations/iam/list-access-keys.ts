import type {
  AccessKeyMetadata,
  ListAccessKeysRequest,
  ListAccessKeysResponse,
} from "@aws-sdk/client-iam";
import { listAccessKeys as list } from "../../registry/identity/access-keys.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { keyAnswer, type NamelessForRoot } from "./key-answer.ts";
import { iamPage, listingOf } from "./page.ts";
import { marker, maxItems, ownUserName, request } from "./shapes.ts";
import { meantResource, meantUser } from "./user-resource.ts";

type Answer = Omit<QueryWire<ListAccessKeysResponse>, "AccessKeyMetadata"> & {
  readonly AccessKeyMetadata: readonly NamelessForRoot<QueryWire<AccessKeyMetadata>>[];
};

/** The keys of the user, or of who calls. */
export const listAccessKeys = operation("iam:ListAccessKeys", {
  input: request({
    UserName: ownUserName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListAccessKeysRequest>),
  resource: meantResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { account } = caller.principal;
    const user = meantUser(input, caller);
    const keys = await list(ports, { account, user });
    const { items, end } = await iamPage(
      ports,
      {
        ...{ operation: "ListAccessKeys", account, narrowedBy: [user] },
        ...listingOf(keys, ({ id }) => id),
      },
      input,
    );
    return { AccessKeyMetadata: items.map((key) => keyAnswer(user, key)), ...end };
  },
});
