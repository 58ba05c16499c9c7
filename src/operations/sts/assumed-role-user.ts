import type { AssumedRoleUser } from "@aws-sdk/client-sts";
import type { Role } from "../../registry/identity/entity.ts";

/** A role's session as STS names it. */
export function assumedRoleUser({ account, id, name }: Role, sessionName: string): AssumedRoleUser {
  return {
    AssumedRoleId: `${id}:${sessionName}`,
    Arn: `arn:aws:sts::${account}:assumed-role/${name}/${sessionName}`,
  };
}
