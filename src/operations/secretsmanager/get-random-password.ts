import type {
  GetRandomPasswordRequest,
  GetRandomPasswordResponse,
} from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import { randomPassword } from "../../registry/secrets/random-password.ts";
import { secretLimits } from "../../registry/secrets/secret-limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource } from "./secret-target.ts";

const no = z.boolean().default(false);

/** Makes up a password, and keeps nothing of it. */
export const getRandomPassword = operation("secretsmanager:GetRandomPassword", {
  input: request({
    PasswordLength: z.int().min(1).max(secretLimits.passwordCharacters).default(32),
    ExcludeCharacters: z.string().max(secretLimits.passwordCharacters).default(""),
    ExcludeNumbers: no,
    ExcludePunctuation: no,
    ExcludeUppercase: no,
    ExcludeLowercase: no,
    IncludeSpace: no,
    RequireEachIncludedType: z.boolean().default(true),
  } satisfies Members<GetRandomPasswordRequest>),
  resource: anyResource,
  access: "Read",
  errors: ["InvalidParameter", "InvalidRequest"],
  async handle(input): Promise<Wire<GetRandomPasswordResponse>> {
    const password = randomPassword({
      ...{ length: input.PasswordLength, exclude: input.ExcludeCharacters },
      ...{ lowercase: !input.ExcludeLowercase, uppercase: !input.ExcludeUppercase },
      ...{ numbers: !input.ExcludeNumbers, punctuation: !input.ExcludePunctuation },
      ...{ space: input.IncludeSpace, requireEach: input.RequireEachIncludedType },
    });
    return { RandomPassword: password };
  },
});
