import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { suppressionLimits } from "../../registry/scanning/suppressions/suppression-limits.ts";
import { putWaiver as put } from "../../registry/scanning/suppressions/waivers.ts";
import { request, storedDigest } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { filterResource, repositoryFilter } from "./filtered-repositories.ts";
import { furtherSuppressed, judgedSuppression, suppressionName } from "./suppression-resource.ts";
import { type WaiverAnswer, waiverAnswer } from "./waiver-answer.ts";

const text = (characters: number) => z.string().min(1).max(characters);

/**
 * Says that findings are not to be acted on for a time, in the repositories that a filter fits, or
 * replaces what was said under that name. They stay findings, and are marked. Needs the right for the
 * filter, and for each repository that it fits.
 */
export const putWaiver = operation("entrepot:PutWaiver", {
  input: request({
    waiverName: suppressionName,
    vulnerabilityId: text(suppressionLimits.vulnerabilityCharacters).optional(),
    packageName: text(suppressionLimits.packageCharacters).optional(),
    packageVersion: text(suppressionLimits.versionCharacters).optional(),
    repositoryFilter,
    imageDigest: storedDigest.optional(),
    reason: text(suppressionLimits.reasonCharacters),
    owner: text(suppressionLimits.ownerCharacters),
    expiresAt: z.number(),
  }),
  resource: (input, caller) => filterResource(registryOf(caller), input.repositoryFilter),
  further: (input, caller, environment) =>
    furtherSuppressed(
      "entrepot:PutWaiver",
      "WAIVER",
      { name: input.waiverName, repositoryFilter: input.repositoryFilter },
      caller,
      environment,
    ),
  access: "Write",
  errors: ["ConcurrentModification", "InvalidParameter", "LimitExceeded", "ResourceNotFound"],
  async handle(input, context): Promise<{ waiver: WaiverAnswer }> {
    const { ports, caller } = context;
    const before = await judgedSuppression(context, "WAIVER", input.waiverName);
    const { waiverName: name, expiresAt, ...said } = input;
    const wanted = { ...said, name, expiresAt: Math.round(expiresAt * 1000) };
    const { arn } = caller.principal;
    const waiver = await put(ports, registryOf(caller), wanted, before, arn);
    return { waiver: waiverAnswer(waiver, ports.clock.now()) };
  },
});
