import { registryOf } from "../../registry/identity/principal.ts";
import { suppressionNotFound } from "../../registry/scanning/suppressions/stored-suppressions.ts";
import { findWaiver } from "../../registry/scanning/suppressions/waivers.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { namedSuppression, suppressionName } from "./suppression-resource.ts";
import { type WaiverAnswer, waiverAnswer } from "./waiver-answer.ts";

/** A waiver of the caller's registry, also one that has ended lately. */
export const getWaiver = operation("entrepot:GetWaiver", {
  input: request({ waiverName: suppressionName }),
  resource: ({ waiverName }, caller, environment) =>
    namedSuppression("WAIVER", waiverName, caller, environment),
  access: "Read",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ waiverName }, { ports, caller }): Promise<{ waiver: WaiverAnswer }> {
    const found = await findWaiver(ports, registryOf(caller), waiverName);
    if (found === undefined) throw suppressionNotFound({ kind: "WAIVER", name: waiverName });
    return { waiver: waiverAnswer(found.document, ports.clock.now()) };
  },
});
