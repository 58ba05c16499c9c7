import type { Operation } from "../operation.ts";
import { cancelSigningProfile } from "./cancel-signing-profile.ts";
import { getSigningProfile } from "./get-signing-profile.ts";
import { listSigningProfiles } from "./list-signing-profiles.ts";
import { putSigningProfile } from "./put-signing-profile.ts";

/** The operations of AWS Signer that are here: what signing images on push needs. */
export const signerOperations: readonly Operation[] = [
  cancelSigningProfile,
  getSigningProfile,
  listSigningProfiles,
  putSigningProfile,
];
