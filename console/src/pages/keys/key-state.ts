import { messages } from "../../messages.ts";

const { states } = messages.keys;

/** A state of KMS, `PendingDeletion`, as people say it. */
export function keyState(state: string): string {
  return states[state as keyof typeof states] ?? state;
}
