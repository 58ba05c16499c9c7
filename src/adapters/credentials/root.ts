import type { AccessKey, Credentials } from "../../ports/credentials.ts";
import type { Principal } from "../../registry/identity/principal.ts";

/** The one access key of an account's root, from the settings. */
export class RootCredentials implements Credentials {
  readonly #key: AccessKey;

  constructor(accessKeyId: string, secretAccessKey: string, principal: Principal) {
    this.#key = { accessKeyId, secretAccessKey, principal };
  }

  async find(accessKeyId: string): Promise<AccessKey | undefined> {
    return accessKeyId === this.#key.accessKeyId ? this.#key : undefined;
  }
}
