import { RegistryError } from "../errors.ts";

/** EventBridge's refusal of an event pattern. Source: EventBridge API, PutRule. */
export function patternRefusal(reason: string): RegistryError {
  return new RegistryError("InvalidEventPattern", `Event pattern is not valid. Reason: ${reason}`);
}
