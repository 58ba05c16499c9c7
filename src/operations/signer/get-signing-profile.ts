import { findProfile } from "../../registry/signing/profiles.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  ownRegistry,
  type ProfileAnswer,
  profileAnswer,
  profileName,
  profileResource,
} from "./signer-shapes.ts";

/** A profile as it was put, and whether it still signs. */
export const getSigningProfile = operation("signer:GetSigningProfile", {
  http: { method: "GET", path: "/signing-profiles/{profileName}" },
  input: request({ profileName }),
  resource: profileResource,
  access: "Read",
  errors: ["ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<ProfileAnswer> {
    const ref = { registry: ownRegistry(caller), name: input.profileName };
    return profileAnswer(await findProfile(ports, ref));
  },
});
