/** The master key as a data key of AWS KMS: its ciphertext is stored, and KMS opens it at each start. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { Clock } from "../../ports/clock.ts";
import { limits } from "../../registry/limits.ts";
import type { AccountId } from "../../registry/names.ts";
import type { MasterKeySource } from "./keyring.ts";
import type { KeyringDocument, MasterKeyEntry } from "./keyring-document.ts";
import { keyBytes } from "./sealed-key.ts";

/** A key of KMS, as `ENTREPOT_MASTER_KEY=aws-kms://…` names it. */
export interface KmsAddress {
  readonly keyArn: string;
  /** Of the key. */
  readonly region: string;
  /** AWS's own without it. */
  readonly endpoint: string | undefined;
}

export interface AwsKmsOptions {
  readonly address: KmsAddress;
  readonly account: AccountId;
  readonly clock: Clock;
  /** Told once that KMS is waited for. */
  readonly warn: (sentence: string) => void;
  /** How long KMS is waited for. */
  readonly patienceMs?: number;
}

type Held = NonNullable<MasterKeyEntry["kms"]>;

const connectMs = 5_000;
const answerMs = 10_000;

export class AwsKms implements MasterKeySource {
  readonly from = "aws-kms";
  readonly #options: AwsKmsOptions;

  constructor(options: AwsKmsOptions) {
    this.#options = options;
  }

  async masterKey(document: KeyringDocument | undefined): Promise<Uint8Array> {
    const { keyArn } = this.#options.address;
    // The newest last: during a rotation from a key of KMS to the same one, there are two.
    const held = document?.masterKeys.findLast(({ kms }) => kms?.key === keyArn)?.kms;
    if (held !== undefined) return this.#decrypt(held);
    const others = document?.masterKeys.flatMap(({ kms }) => (kms === undefined ? [] : [kms.key]));
    const where = others?.[0] === undefined ? "no key of KMS" : others.join(" or ");
    throw new Error(
      `The master key of this data is held by ${where}, and not by ${keyArn}: start with the master ` +
        "key that it has, and run `entrepot master-key rotate` to come to this one.",
    );
  }

  /** A new master key, and how to have it again. */
  async generate(): Promise<{ masterKey: Uint8Array; kms: Held }> {
    const { address, account } = this.#options;
    const deployment = randomUUID();
    const { GenerateDataKeyCommand } = await import("@aws-sdk/client-kms");
    const { Plaintext, CiphertextBlob } = await this.#ask("GenerateDataKey", (client) =>
      client.send(
        new GenerateDataKeyCommand({
          KeyId: address.keyArn,
          NumberOfBytes: keyBytes,
          EncryptionContext: context(account, deployment),
        }),
      ),
    );
    const masterKey = this.#whole(Plaintext);
    if (CiphertextBlob === undefined) throw this.#strange();
    const ciphertext = Buffer.from(CiphertextBlob).toString("base64");
    return { masterKey, kms: { key: address.keyArn, deployment, ciphertext } };
  }

  async #decrypt({ key, deployment, ciphertext }: Held): Promise<Uint8Array> {
    const { DecryptCommand } = await import("@aws-sdk/client-kms");
    const { Plaintext } = await this.#ask("Decrypt", (client) =>
      client.send(
        new DecryptCommand({
          KeyId: key,
          CiphertextBlob: Buffer.from(ciphertext, "base64"),
          EncryptionContext: context(this.#options.account, deployment),
        }),
      ),
    );
    return this.#whole(Plaintext);
  }

  #whole(plaintext: Uint8Array | undefined): Uint8Array {
    if (plaintext?.byteLength !== keyBytes) throw this.#strange();
    return Buffer.from(plaintext);
  }

  #strange(): Error {
    return new Error(`${this.#where} answered with something that is no key.`);
  }

  get #where(): string {
    const { endpoint, region } = this.#options.address;
    return endpoint === undefined ? `AWS KMS in ${region}` : `The KMS at ${endpoint}`;
  }

  /** Asks until there is an answer, for as long as patience lasts. */
  async #ask<T>(operation: string, send: (client: KMSClient) => Promise<T>): Promise<T> {
    const { clock, warn, patienceMs = limits.kmsPatienceMs } = this.#options;
    const client = await this.#client();
    const until = clock.now() + patienceMs;
    let hasWarned = false;
    try {
      for (;;) {
        try {
          return await send(client);
        } catch (error) {
          if (!isPassing(error) || clock.now() + limits.kmsRetryMs > until) {
            throw this.#refusal(operation, error);
          }
          if (!hasWarned) warn(`${this.#refusal(operation, error).message} Trying again.`);
          hasWarned = true;
          await sleep(limits.kmsRetryMs);
        }
      }
    } finally {
      client.destroy();
    }
  }

  /** Loaded by those alone who have their key there. */
  async #client(): Promise<KMSClient> {
    const { KMSClient } = await import("@aws-sdk/client-kms");
    const { region, endpoint } = this.#options.address;
    return new KMSClient({
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      maxAttempts: 1, // `#ask` tries again.
      requestHandler: {
        connectionTimeout: connectMs,
        requestTimeout: answerMs,
        throwOnRequestTimeout: true,
      },
    });
  }

  /** What went wrong, and what mends it; without what the SDK's error drags along. */
  #refusal(operation: string, error: unknown): Error {
    const { keyArn } = this.#options.address;
    const { code, status, message } = factsOf(error);
    const said = `${code}${status === 0 ? "" : `, HTTP ${status}`}: ${message}`;
    const sentence = sentences[code] ?? (status === 0 ? "cannot be reached" : "refuses");
    return new Error(`${this.#where} ${sentence} (${operation} with ${keyArn}: ${said}).`);
  }
}

/** Named so that a policy of the key can allow one deployment and no other. */
function context(account: AccountId, deployment: string): Record<string, string> {
  return { "entrepot:account": account, "entrepot:deployment": deployment };
}

const wrongKey =
  "does not open the master key with this key: it was sealed by another one, or the database is not " +
  "the one that it was made for";
const sentences: Readonly<Record<string, string>> = {
  AccessDeniedException:
    "denies the use of the key: allow kms:GenerateDataKey and kms:Decrypt on it",
  DisabledException: "has the key, and it is disabled: enable it",
  KMSInvalidStateException:
    "has the key in a state in which it opens nothing: is its deletion due?",
  NotFoundException: "does not have the key",
  IncorrectKeyException: wrongKey,
  InvalidCiphertextException: wrongKey,
  CredentialsProviderError: "cannot be asked: there are no AWS credentials",
};

const passing: readonly string[] = [
  "DependencyTimeoutException",
  "KeyUnavailableException",
  "KMSInternalException",
  "LimitExceededException",
  "ThrottlingException",
];

function isPassing(error: unknown): boolean {
  const { code, status } = factsOf(error);
  if (code === "CredentialsProviderError") return false;
  return status === 0 || status >= 500 || status === 429 || passing.includes(code);
}

function factsOf(error: unknown): { code: string; status: number; message: string } {
  const { name, code, message, $metadata } = error as {
    readonly name?: string;
    readonly code?: unknown;
    readonly message?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  return {
    code: typeof code === "string" ? code : (name ?? "Unknown"),
    status: $metadata?.httpStatusCode ?? 0,
    message: message ?? "",
  };
}
