/**
 * The members that inputs of STS are made of, with its patterns and bounds. Source: STS API reference.
 */
import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import { integer, list } from "../iam/shapes.ts";

export const roleArn = z.string().min(20).max(2048);

export const roleSessionName = z
  .string()
  .min(2)
  .max(limits.sessionNameCharacters)
  .regex(/^[\w+=,.@-]*$/);

/** A session policy; what it says is judged by the registry. */
export const policy = z.string().min(1).max(limits.sessionPolicyCharacters).optional();

export const policyArns = list(z.object({ arn: z.string().min(20).max(2048) }))
  .pipe(z.array(z.object({ arn: z.string() })).max(limits.sessionPolicyArns))
  .optional();

export const roleDurationSeconds = integer(
  limits.sessionMinimumSeconds,
  limits.sessionMaximumSeconds,
).optional();

export const sourceIdentity = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[\w+=,.@-]*$/)
  .optional();

export const externalId = z
  .string()
  .min(2)
  .max(1224)
  .regex(/^[\w+=,.@:/-]*$/)
  .optional();

export const serialNumber = z
  .string()
  .min(9)
  .max(256)
  .regex(/^[\w+=/:,.@-]*$/)
  .optional();

export const tokenCode = z
  .string()
  .regex(/^[0-9]{6}$/)
  .optional();

export const accessKeyId = z.string().min(16).max(128).regex(/^\w*$/);

/** Characters that a session token is to have at least. */
export const minimumSessionTokenSize = integer(0, limits.sessionTokenCharacters).optional();
