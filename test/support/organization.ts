import type { Organization } from "../../src/registry/identity/organization.ts";
import type { AccountId } from "../../src/registry/names.ts";

export const testOrganization: Organization = {
  id: "o-exampleorg",
  managementAccount: "000000000000" as AccountId,
};
