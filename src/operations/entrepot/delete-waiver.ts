import { registryOf } from "../../registry/identity/principal.ts";
import { suppressionNotFound } from "../../registry/scanning/suppressions/stored-suppressions.ts";
import type { Waiver } from "../../registry/scanning/suppressions/waiver.ts";
import { deleteWaiver as remove } from "../../registry/scanning/suppressions/waivers.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  furtherSuppressed,
  judgedSuppression,
  namedSuppression,
  suppressionName,
} from "./suppression-resource.ts";

/** Ends a waiver: what it marked is to be acted on again. Needs the right as PutWaiver does. */
export const deleteWaiver = operation("entrepot:DeleteWaiver", {
  input: request({ waiverName: suppressionName }),
  resource: ({ waiverName }, caller, environment) =>
    namedSuppression("WAIVER", waiverName, caller, environment),
  further: ({ waiverName: name }, caller, environment) =>
    furtherSuppressed("entrepot:DeleteWaiver", "WAIVER", { name }, caller, environment),
  access: "Write",
  errors: ["ConcurrentModification", "InvalidParameter", "LimitExceeded", "ResourceNotFound"],
  async handle({ waiverName }, context): Promise<Record<string, never>> {
    const { ports, caller } = context;
    const found = await judgedSuppression<Waiver>(context, "WAIVER", waiverName);
    if (found === undefined) throw suppressionNotFound({ kind: "WAIVER", name: waiverName });
    await remove(ports, registryOf(caller), found, caller.principal.arn);
    return {};
  },
});
