import type { Principal } from "../registry/identity/principal.ts";

/** An access key as a door needs it to check a signature. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly principal: Principal;
}

/** Who holds which access key. */
export interface Credentials {
  /** The active key of that id, or `undefined`. An answer is at most `limits.identityCacheMs` old. */
  find(accessKeyId: string): Promise<AccessKey | undefined>;
}
