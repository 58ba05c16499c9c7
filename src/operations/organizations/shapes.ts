/**
 * The members that inputs of Organizations are made of, with its patterns and bounds. Source:
 * Organizations API reference.
 */
import { z } from "zod";
import { accountId as twelveDigits } from "../ecr/shapes.ts";

export const accountId = twelveDigits;

export const accountName = z
  .string()
  .min(1)
  .max(50)
  .regex(/^[ -~]+$/);

export const email = z
  .string()
  .min(6)
  .max(64)
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/);

export const roleName = z
  .string()
  .max(64)
  .regex(/^[\w+=,.@-]{1,64}$/);

export const createAccountRequestId = z.string().regex(/^car-[a-z0-9]{8,32}$/);

/** An account, which alone can have tags here, or something else of an organization. */
export const resourceId = z
  .string()
  .max(130)
  .regex(/^(?:[0-9]{12}|(?:r|ou|p|rp)-[0-9a-z_-]{4,128})$/);

export const tags = z.array(z.object({ Key: z.string(), Value: z.string() })).max(50);
export const tagKeys = z.array(z.string().min(1).max(128)).max(200);

export const nextToken = z.string().max(100_000).optional();
export const maxResults = z.int().min(1).max(20).optional();
