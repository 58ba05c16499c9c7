/** What SearchAudit and CountAudit are asked for. */
import { z } from "zod";
import { auditKinds } from "../../registry/audit/audit-kinds.ts";

// In the year 5138.
const latestSeconds = 1e11;
const text = z.string().min(1).max(2048).optional();

export const auditFilter = {
  who: text,
  what: text,
  resource: text,
  sourceAddress: text,
  userAgent: text,
  errorCode: text,
  kinds: z.array(z.enum(auditKinds)).min(1).max(auditKinds.length).optional(),
  errorsOnly: z.boolean().default(false),
  readOnly: z.boolean().optional(),
} as const;

/** Seconds since the epoch. */
export const auditTime = z.int().min(0).max(latestSeconds).optional();
