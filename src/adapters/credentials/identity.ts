import type { AccessKey, Credentials } from "../../ports/credentials.ts";
import type { Ports } from "../../ports/ports.ts";
import { findAccessKey } from "../../registry/identity/find-access-key.ts";
import { rootConditions } from "../../registry/identity/load-principal.ts";
import type { Organization } from "../../registry/identity/organization.ts";
import { type Principal, rootPrincipal } from "../../registry/identity/principal.ts";
import { recordUse } from "../../registry/identity/record-use.ts";
import { rootRevokedBefore } from "../../registry/identity/root-revocation.ts";
import type { CredentialUse } from "../../registry/identity/stored-credential.ts";
import type { RootKey } from "./root-key-file.ts";

/** Keys of the management account's root, from the settings, and those in the database. */
export class IdentityCredentials implements Credentials {
  readonly #ports: Pick<Ports, "metadata" | "memory" | "keys" | "clock">;
  readonly #organization: Organization;
  readonly #root: AccessKey;

  constructor(
    ports: Pick<Ports, "metadata" | "memory" | "keys" | "clock">,
    organization: Organization,
    { accessKeyId, secretAccessKey }: RootKey,
  ) {
    this.#ports = ports;
    this.#organization = organization;
    const { managementAccount } = organization;
    const conditions = rootConditions(organization, managementAccount);
    const principal = rootPrincipal(managementAccount, accessKeyId, conditions);
    this.#root = { accessKeyId, secretAccessKey, principal };
  }

  find(accessKeyId: string): Promise<AccessKey | undefined> {
    const { principals } = this.#ports.memory.access;
    return principals.get(this.#ports.clock, accessKeyId, async () => {
      const found = await this.#load(accessKeyId);
      // That nobody has a key is not remembered: it may be made the next moment.
      if (found === undefined) principals.forget(accessKeyId);
      return found;
    });
  }

  #load(accessKeyId: string): Promise<AccessKey | undefined> {
    return accessKeyId === this.#root.accessKeyId
      ? this.#rootNow()
      : findAccessKey(this.#ports, this.#organization, accessKeyId);
  }

  /** The key itself stays as it is; what was issued for it may have been revoked. */
  async #rootNow(): Promise<AccessKey> {
    const { principal } = this.#root;
    const revokedBefore = await rootRevokedBefore(this.#ports, principal.account);
    return { ...this.#root, principal: { ...principal, revokedBefore } };
  }

  used(principal: Principal, use: CredentialUse): Promise<void> | undefined {
    // The one key that is no row.
    if (principal.accessKeyId === this.#root.accessKeyId) return undefined;
    return recordUse(this.#ports, principal, use);
  }
}
