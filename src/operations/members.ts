import type { z } from "zod";

/** One schema for each member of the SDK's request type, so that none is forgotten or misspelt. */
export type Members<Request> = { readonly [Member in keyof Request]-?: z.ZodType };
