import { registryOf } from "../../registry/identity/principal.ts";
import { suppressionNotFound } from "../../registry/scanning/suppressions/stored-suppressions.ts";
import type { StoredVexDocument } from "../../registry/scanning/suppressions/vex-document.ts";
import { deleteVexDocument as remove } from "../../registry/scanning/suppressions/vex-documents.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  furtherSuppressed,
  judgedSuppression,
  namedSuppression,
  suppressionName,
} from "./suppression-resource.ts";

/** Lets go of an imported VEX document. Needs the right as ImportVexDocument does. */
export const deleteVexDocument = operation("entrepot:DeleteVexDocument", {
  input: request({ documentName: suppressionName }),
  resource: ({ documentName }, caller, environment) =>
    namedSuppression("VEX", documentName, caller, environment),
  further: ({ documentName: name }, caller, environment) =>
    furtherSuppressed("entrepot:DeleteVexDocument", "VEX", { name }, caller, environment),
  access: "Write",
  errors: ["ConcurrentModification", "InvalidParameter", "LimitExceeded", "ResourceNotFound"],
  async handle({ documentName: name }, context): Promise<Record<string, never>> {
    const { ports, caller } = context;
    const found = await judgedSuppression<StoredVexDocument>(context, "VEX", name);
    if (found === undefined) throw suppressionNotFound({ kind: "VEX", name });
    await remove(ports, registryOf(caller), found, caller.principal.arn);
    return {};
  },
});
