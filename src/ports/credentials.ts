import type { Principal } from "../registry/identity/principal.ts";
import type { CredentialUse } from "../registry/identity/stored-credential.ts";

/** An access key as a door needs it to check a signature. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly principal: Principal;
  /** Of temporary credentials: SHA-256, in hexadecimal digits, of the token that must come along. */
  readonly sessionTokenSha256?: string | undefined;
}

/** Who holds which access key. */
export interface Credentials {
  /**
   * The active key of that id, or `undefined`; one of temporary credentials also when they have
   * ended. An answer is at most `limits.identityCacheMs` old.
   */
  find(accessKeyId: string): Promise<AccessKey | undefined>;
  /**
   * Told of each request that came with the principal's credentials, for whoever asks when they were
   * last used; `undefined` where nothing is to be waited for. Absent where nobody asks.
   */
  used?(principal: Principal, use: CredentialUse): Promise<void> | undefined;
}
