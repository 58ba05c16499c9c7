import type { AccessKeyMetadata } from "@aws-sdk/client-iam";
import type { StoredAccessKey } from "../../registry/identity/stored-credential.ts";
import { isoTime, type QueryWire } from "../query-wire.ts";

/** A key that may be root's, who has no name as user. */
export type NamelessForRoot<Key> = Omit<Key, "UserName"> & {
  readonly UserName: string | undefined;
};

/** What there is to say of a key, without its secret. */
export function keyAnswer(user: string | undefined, { id, status, createdAt }: StoredAccessKey) {
  return {
    UserName: user,
    AccessKeyId: id,
    Status: status,
    CreateDate: isoTime(createdAt),
  } satisfies NamelessForRoot<QueryWire<AccessKeyMetadata>>;
}
