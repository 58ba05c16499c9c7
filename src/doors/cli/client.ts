import type { AccountId, Region } from "../../registry/names.ts";

/** An access key as a client holds it. */
export interface ClientKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined;
}

/** What `configure` and `doctor` know of the server from its settings, and of this machine. */
export interface Client {
  /** Base URLs that the settings imply; absent where that listener is off. */
  readonly httpUrl: string | undefined;
  readonly httpsUrl: string | undefined;
  readonly domain: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly dataDirectory: string;
  /** The local authority's certificate, whether it is there or not. */
  readonly authorityFile: string;
  /** The root's key from the settings or the data directory, if this machine has it. */
  rootKey(): Promise<ClientKey | undefined>;
  /** A key that the environment gives to AWS clients. */
  readonly environmentKey: ClientKey | undefined;
  readonly awsConfigFile: string;
  readonly awsCredentialsFile: string;
  readonly dockerConfigDirectory: string;
}

/** The profile that is meant where none is named. */
export const defaultProfile = "entrepot";

/** The section of `~/.aws/config` that holds a profile. */
export function configSection(profile: string): string {
  return profile === "default" ? "default" : `profile ${profile}`;
}

/** A failure that is the user's to mend; the message is one sentence. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
