import type { Resource } from "../../registry/policy/authorize.ts";

/**
 * What a user or group is once it has another path or name: who renames must be allowed to act on
 * both. Source: IAM, "Rename an IAM user".
 */
export function renamedResource(
  target: Resource,
  path: string | undefined,
  name: string | undefined,
): Resource {
  const start = target.arn.indexOf("/");
  const end = target.arn.lastIndexOf("/") + 1;
  const renamed = (path ?? target.arn.slice(start, end)) + (name ?? target.arn.slice(end));
  return { ...target, arn: target.arn.slice(0, start) + renamed };
}
