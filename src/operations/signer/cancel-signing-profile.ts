import { cancelProfile } from "../../registry/signing/profiles.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { ownRegistry, profileName, profileResource } from "./signer-shapes.ts";

/** Nothing is signed with the profile any more. What it signed stays good. */
export const cancelSigningProfile = operation("signer:CancelSigningProfile", {
  http: { method: "DELETE", path: "/signing-profiles/{profileName}" },
  input: request({ profileName }),
  resource: profileResource,
  access: "Write",
  errors: ["ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Record<string, never>> {
    await cancelProfile(ports, { registry: ownRegistry(caller), name: input.profileName });
    return {};
  },
});
