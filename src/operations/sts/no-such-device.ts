import { RegistryError } from "../../registry/errors.ts";

/** Nobody has a device for one-time codes here. In STS's words. */
export function noSuchDevice(): RegistryError {
  return new RegistryError(
    "AccessDenied",
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
  );
}
