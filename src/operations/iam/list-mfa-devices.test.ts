import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { createUser } from "./create-user.ts";
import { listMfaDevices } from "./list-mfa-devices.ts";
import { listServiceSpecificCredentials } from "./list-service-specific-credentials.ts";
import { listSigningCertificates } from "./list-signing-certificates.ts";
import { listSshPublicKeys } from "./list-ssh-public-keys.ts";
import { listVirtualMfaDevices } from "./list-virtual-mfa-devices.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  await iam.ask(createUser, { UserName: "alice" });
});
afterEach(() => iam.registry.close());

test.each([
  ["MFADevices", listMfaDevices],
  ["SSHPublicKeys", listSshPublicKeys],
  ["Certificates", listSigningCertificates],
  ["ServiceSpecificCredentials", listServiceSpecificCredentials],
] as const)("%s: a user has none, and one that is not there is refused", async (member, list) => {
  const none = { [member]: [], IsTruncated: false };
  expect(await iam.ask(list, { UserName: "alice" })).toEqual(none);
  expect(await iam.ask(list)).toEqual(none);
  await expect(iam.ask(list, { UserName: "nobody" })).rejects.toMatchObject({
    kind: "NoSuchEntity",
    message: "The user with name nobody cannot be found.",
  });
});

test("an account has no virtual devices, and no credentials of services", async () => {
  const AssignmentStatus = "Assigned";
  expect(await iam.ask(listVirtualMfaDevices, { AssignmentStatus })).toEqual({
    VirtualMFADevices: [],
    IsTruncated: false,
  });
  expect(await iam.ask(listServiceSpecificCredentials, { AllUsers: "true" })).toEqual({
    ServiceSpecificCredentials: [],
    IsTruncated: false,
  });
});
