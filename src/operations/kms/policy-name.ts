import { RegistryError } from "../../registry/errors.ts";

/** A key has one policy, of this name. @throws NotFound */
export function requireDefaultPolicy(name: string): void {
  if (name !== "default") throw new RegistryError("NotFound", "No such policy exists");
}
