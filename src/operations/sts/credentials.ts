import type { Credentials } from "@aws-sdk/client-sts";
import type { IssuedSession } from "../../registry/identity/issue-session.ts";
import { isoTime, type QueryWire } from "../query-wire.ts";

/** Temporary credentials, as STS tells them once. */
export function toCredentials(issued: IssuedSession): QueryWire<Credentials> {
  const { session, secretAccessKey, sessionToken } = issued;
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: isoTime(session.expiresAt),
  };
}
