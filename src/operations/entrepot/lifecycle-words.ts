/** Words of the lifecycle as they are told: those of ECR's answers where it has them. */
import type { LifecycleAction } from "../../registry/lifecycle/stored-lifecycle.ts";

export type WireAction = "EXPIRE" | "TRANSITION" | "UNTAG";

export function wireAction(action: LifecycleAction): WireAction {
  return action.toUpperCase() as Uppercase<LifecycleAction>;
}

export function wireStorageClass(storageClass: "standard" | "archive"): "STANDARD" | "ARCHIVE" {
  return storageClass === "archive" ? "ARCHIVE" : "STANDARD";
}
