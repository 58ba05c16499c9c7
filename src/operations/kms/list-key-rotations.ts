import type { ListKeyRotationsRequest, ListKeyRotationsResponse } from "@aws-sdk/client-kms";
import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { rotationEntry } from "./answers.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { keyPage, pageOf } from "./page.ts";
import { keyId, marker, pageLimit } from "./shapes.ts";

/** The rotations of the key so far, the oldest first. */
export const listKeyRotations = operation("kms:ListKeyRotations", {
  input: request({
    KeyId: keyId,
    IncludeKeyMaterial: z.enum(["ALL_KEY_MATERIAL", "ROTATIONS_ONLY"]).default("ROTATIONS_ONLY"),
    Limit: pageLimit(1000),
    Marker: marker,
  } satisfies Members<ListKeyRotationsRequest>),
  resource: ownKey,
  access: "List",
  errors: ["NotFound", "InvalidMarker"],
  async handle(input, { ports, caller, target }): Promise<Wire<ListKeyRotationsResponse>> {
    const key = await keyOf(ports, caller, target);
    const { IncludeKeyMaterial } = input;
    // Every rotation makes one, and those on demand are counted: there is never a page of them.
    const versions = await ports.metadata.kms.keys.versions(key, { limit: limits.pageMaximum });
    const shown = versions
      .toReversed()
      .filter(({ origin }) => IncludeKeyMaterial === "ALL_KEY_MATERIAL" || origin !== "CREATED");
    const listing = {
      ...{ operation: "ListKeyRotations", registry: key.registry },
      ...{ narrowedBy: [key.id, IncludeKeyMaterial], size: limits.pageDefault },
      ...pageOf(shown, ({ version }) => String(version)),
    };
    const { items, end } = await keyPage(ports, listing, input);
    return { Rotations: items.map((version) => rotationEntry(version, key.version)), ...end };
  },
});
