import type { AuditRow } from "../../ports/audit-store.ts";
import { type KmsUse, kmsKeyArn } from "../kms/kms-key.ts";
import { type AuditAction, type AuditActor, resourcesOf } from "./audit-entry.ts";
import { OpenSegment } from "./audit-segment.ts";
import { serviceActor } from "./user-identity.ts";

/** Uses of keys as KMS has them recorded, in the trails of the keys. */
export function keyUseRows(uses: readonly KmsUse[]): AuditRow[] {
  const rows: AuditRow[] = [];
  const open = new Map<string, OpenSegment>();
  for (const use of uses) {
    const { registry } = use.key;
    const name = `${registry.account} ${registry.region}`;
    let segment = open.get(name);
    if (segment?.isFullFor(use.at) === true) {
      rows.push(segment.close());
      segment = undefined;
    }
    if (segment === undefined) {
      segment = new OpenSegment(registry, "key-use");
      open.set(name, segment);
    }
    const { principal, operation, error = "" } = use;
    const context = JSON.stringify(use.encryptionContext);
    segment.add(
      use.at,
      { key: principal, json: () => JSON.stringify(actorOf(use)) },
      {
        key: `${operation} ${use.key.id} ${error} ${context}`,
        json: () => JSON.stringify(actionOf(use)),
      },
      use,
    );
  }
  return [...rows, ...[...open.values()].map((segment) => segment.close())];
}

const service = "ecr.amazonaws.com";

/** Who asked the registry, which asks KMS on their behalf. Source: CloudTrail, invokedBy. */
function actorOf({ principal, key }: KmsUse): AuditActor {
  const own = serviceActor(key.registry.account, service);
  if (principal === "") return own;
  const [, , , , accountId = "", resource = ""] = principal.split(":");
  const type =
    resource === "root" ? "Root" : resource.startsWith("user/") ? "IAMUser" : "AssumedRole";
  const userName = type === "IAMUser" ? { userName: resource.split("/").at(-1) } : {};
  const userIdentity = { type, arn: principal, accountId, ...userName, invokedBy: service };
  return { ...own, userIdentity };
}

function actionOf({ key, operation, encryptionContext, error }: KmsUse): AuditAction {
  const keyId = kmsKeyArn(key);
  return {
    ...{ eventSource: "kms.amazonaws.com", eventName: operation },
    ...{ eventType: "AwsApiCall", readOnly: true },
    requestParameters: { keyId, encryptionContext },
    responseElements: null,
    resources: resourcesOf(keyId, key.registry.account),
    ...(error === undefined
      ? {}
      : { errorCode: error, errorMessage: "The key could not be used." }),
  };
}
