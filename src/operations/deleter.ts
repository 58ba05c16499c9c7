import type { Deleter } from "../registry/trash/trash.ts";
import type { HandlerContext } from "./operation.ts";

/** Who deletes by this operation. */
export function deleterOf({
  caller,
  deployment,
}: Pick<HandlerContext, "caller" | "deployment">): Deleter {
  return { by: caller.principal.arn, keepMs: deployment.trashMs };
}
