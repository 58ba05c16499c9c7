import { z } from "zod";

/**
 * `customRoleArn` of a pull through cache rule: for upstreams that are private registries of ECR, of
 * which Entrepot has none. A role that nothing would use is refused. Differs from ECR (ADR-0062).
 */
export const noCustomRole = z
  .string()
  .refine(() => false, { message: "is only for upstreams that are private registries of ECR" })
  .optional();
