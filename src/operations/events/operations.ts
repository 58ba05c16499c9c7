import type { Operation } from "../operation.ts";
import { putEvents } from "./put-events.ts";

/** What can be asked of the event bus. */
export const eventsOperations: readonly Operation[] = [putEvents];
