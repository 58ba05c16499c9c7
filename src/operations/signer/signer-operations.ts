import type { Operation } from "../operation.ts";
import { cancelSigningProfile } from "./cancel-signing-profile.ts";
import { getSigningPlatform } from "./get-signing-platform.ts";
import { getSigningProfile } from "./get-signing-profile.ts";
import { listSigningPlatforms } from "./list-signing-platforms.ts";
import { listSigningProfiles } from "./list-signing-profiles.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { putSigningProfile } from "./put-signing-profile.ts";
import { tagResource } from "./tag-resource.ts";
import { untagResource } from "./untag-resource.ts";

/** The operations of AWS Signer that are here: what signing images on push needs. */
export const signerOperations: readonly Operation[] = [
  cancelSigningProfile,
  getSigningPlatform,
  getSigningProfile,
  listSigningPlatforms,
  listSigningProfiles,
  listTagsForResource,
  putSigningProfile,
  tagResource,
  untagResource,
];
