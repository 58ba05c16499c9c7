/**
 * A stand-in for AWS KMS at the edge of the network: two of its operations with real AES, and the
 * refusals that a key brings about. It does not look at signatures.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

interface DoubleKey {
  readonly bytes: Buffer;
  state: "enabled" | "disabled" | "denied";
}

type Body = {
  readonly KeyId?: string;
  readonly NumberOfBytes?: number;
  readonly CiphertextBlob?: string;
  readonly EncryptionContext?: Record<string, string>;
};

class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status = 400) {
    super(`refused: ${code}`);
    this.code = code;
    this.status = status;
  }
}

export class KmsDouble {
  readonly keys = new Map<string, DoubleKey>();
  /** What was asked for, in order: operation and encryption context. */
  readonly asked: { operation: string; context: Record<string, string> }[] = [];
  /** Answers of 500 that come before any other. */
  failures = 0;
  readonly #server = createServer((request, response) => {
    this.#answer(request).then(
      (body) => response.writeHead(200, headers).end(JSON.stringify(body)),
      (error: Refusal) =>
        response
          .writeHead(error.status, headers)
          .end(JSON.stringify({ __type: error.code, message: error.message })),
    );
  });

  static async start(): Promise<KmsDouble> {
    const double = new KmsDouble();
    await new Promise<void>((resolve) => double.#server.listen(0, "127.0.0.1", resolve));
    return double;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A new key. @returns its ARN */
  addKey(name: string): string {
    const arn = `arn:aws:kms:eu-west-1:111122223333:key/${name}`;
    this.keys.set(arn, { bytes: randomBytes(32), state: "enabled" });
    return arn;
  }

  /** As `ENTREPOT_MASTER_KEY` names it. */
  url(arn: string): string {
    return `aws-kms://${arn}?endpoint=${encodeURIComponent(this.endpoint)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<object> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = JSON.parse(Buffer.concat(pieces).toString()) as Body;
    const operation = String(request.headers["x-amz-target"]).replace("TrentService.", "");
    this.asked.push({ operation, context: body.EncryptionContext ?? {} });
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Refusal("KMSInternalException", 500);
    }
    const arn = body.KeyId ?? "";
    const key = this.keys.get(arn);
    if (key === undefined) throw new Refusal("NotFoundException");
    if (key.state === "denied") throw new Refusal("AccessDeniedException");
    if (key.state === "disabled") throw new Refusal("DisabledException");
    const context = Buffer.from(JSON.stringify(body.EncryptionContext ?? {}));
    if (operation === "GenerateDataKey") {
      const plain = randomBytes(body.NumberOfBytes ?? 0);
      const blob = seal(key.bytes, arn, plain, context);
      return { KeyId: arn, Plaintext: plain.toString("base64"), CiphertextBlob: blob };
    }
    const plain = open(key.bytes, arn, body.CiphertextBlob ?? "", context);
    return { KeyId: arn, Plaintext: plain.toString("base64") };
  }
}

const headers = { "content-type": "application/x-amz-json-1.1" };

function seal(key: Buffer, arn: string, plain: Buffer, context: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(context);
  const sealed = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  const blob = Buffer.concat(sealed).toString("base64");
  return Buffer.from(JSON.stringify({ arn, blob })).toString("base64");
}

function open(key: Buffer, arn: string, ciphertext: string, context: Buffer): Buffer {
  const { arn: sealedBy, blob } = JSON.parse(Buffer.from(ciphertext, "base64").toString());
  if (sealedBy !== arn) throw new Refusal("IncorrectKeyException");
  const bytes = Buffer.from(blob, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
  decipher.setAAD(context);
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  } catch {
    throw new Refusal("InvalidCiphertextException");
  }
}
