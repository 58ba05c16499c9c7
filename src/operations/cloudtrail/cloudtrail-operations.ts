import type { Operation } from "../operation.ts";
import { lookupEvents } from "./lookup-events.ts";

/** What can be asked of CloudTrail. */
export const cloudtrailOperations: readonly Operation[] = [lookupEvents];
