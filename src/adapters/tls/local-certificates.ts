import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  X509Certificate,
} from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { isIP } from "node:net";
import { dirname, join } from "node:path";
import type { Clock } from "../../ports/clock.ts";
import { type CertificateRequest, issueCertificate } from "./issue-certificate.ts";
import {
  type TlsCertificate,
  TlsCertificateError,
  type TlsCertificates,
} from "./tls-certificate.ts";

const day = 24 * 3600 * 1000;
const authorityLifeMs = 3653 * day; // Ten years.
const leafLifeMs = 90 * day;
const renewalMs = 30 * day;
/** Clients whose clock is a little behind accept a certificate that was made just now. */
const backdatedMs = 3600 * 1000;

interface Pair {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/**
 * Certificates from an authority of this deployment's own, kept in a directory: `ca.pem` (for clients
 * to trust), `ca-key.pem`, `server.pem` and `server-key.pem`.
 */
export class LocalCertificates implements TlsCertificates {
  readonly #directory: string;
  readonly #names: readonly string[];
  readonly #clock: Clock;

  /** `names`: the host names and addresses that a client may use. */
  constructor(options: { directory: string; names: readonly string[]; clock: Clock }) {
    this.#directory = options.directory;
    this.#names = [...new Set(options.names)];
    this.#clock = options.clock;
  }

  async current(): Promise<TlsCertificate> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const authority = (await this.#readAuthority()) ?? (await this.#makeAuthority());
    const found = await this.#readPair("server");
    const isUsable = found !== undefined && this.#isGood(found, authority);
    const leaf = isUsable ? found : await this.#makeLeaf(authority);
    return { cert: leaf.certificate.toString(), key: pemOf(leaf.key) };
  }

  /** The authority that clients trust already; none where there is none or it is about to end. */
  async #readAuthority(): Promise<Pair | undefined> {
    const found = await this.#readPair("ca");
    if (found !== undefined) {
      const leftMs = Date.parse(found.certificate.validTo) - this.#clock.now();
      return leftMs < leafLifeMs ? undefined : found;
    }
    // A certificate without its key: clients trust it, so nobody should replace it without a word.
    const file = this.#file("ca.pem");
    if ((await textOf(file)) === undefined) return undefined;
    throw new TlsCertificateError(
      `${file} is there, but ${this.#file("ca-key.pem")} is missing or is not its key: bring the key ` +
        "back, or delete ca.pem to have a new authority, which clients must trust anew.",
    );
  }

  #makeAuthority(): Promise<Pair> {
    const key = newKey();
    const party = { commonName: `Entrepot local CA ${randomBytes(4).toString("hex")}`, key };
    const now = this.#clock.now();
    return this.#keep("ca", {
      subject: party,
      issuer: party,
      notBefore: now - backdatedMs,
      notAfter: now + authorityLifeMs,
      names: undefined,
    });
  }

  #makeLeaf(authority: Pair): Promise<Pair> {
    const now = this.#clock.now();
    return this.#keep("server", {
      subject: { commonName: "Entrepot", key: newKey() },
      issuer: { commonName: commonNameOf(authority.certificate), key: authority.key },
      notBefore: now - backdatedMs,
      notAfter: now + leafLifeMs,
      names: this.#names,
    });
  }

  async #keep(name: string, request: CertificateRequest): Promise<Pair> {
    const { key } = request.subject;
    const certificate = issueCertificate(request);
    // The old certificate goes first: a key alone is a start, a pair that does not match is a fault.
    await rm(this.#file(`${name}.pem`), { force: true });
    await writeWhole(this.#file(`${name}-key.pem`), pemOf(key), 0o600);
    await writeWhole(this.#file(`${name}.pem`), certificate, 0o644);
    return { certificate: new X509Certificate(certificate), key };
  }

  async #readPair(name: string): Promise<Pair | undefined> {
    const certificate = await textOf(this.#file(`${name}.pem`));
    const key = await textOf(this.#file(`${name}-key.pem`));
    if (certificate === undefined || key === undefined) return undefined;
    const pair = parsePair(certificate, key);
    return pair?.certificate.checkPrivateKey(pair.key) === true ? pair : undefined;
  }

  #isGood({ certificate }: Pair, authority: Pair): boolean {
    const now = this.#clock.now();
    return (
      certificate.verify(createPublicKey(authority.key)) &&
      Date.parse(certificate.validTo) - now >= renewalMs &&
      Date.parse(certificate.validFrom) <= now &&
      namesMatch(certificate, this.#names)
    );
  }

  #file(name: string): string {
    return join(this.#directory, name);
  }
}

/** Whether the certificate is for exactly these names. */
function namesMatch(certificate: X509Certificate, names: readonly string[]): boolean {
  const entries = (certificate.subjectAltName ?? "").split(", ");
  const isFor = (name: string) =>
    isIP(name) === 0 ? entries.includes(`DNS:${name}`) : certificate.checkIP(name) !== undefined;
  return entries.length === names.length && names.every(isFor);
}

function parsePair(certificate: string, key: string): Pair | undefined {
  try {
    return { certificate: new X509Certificate(certificate), key: createPrivateKey(key) };
  } catch {
    return undefined; // A damaged file is like a missing one; the caller knows what that means.
  }
}

function commonNameOf(certificate: X509Certificate): string {
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "";
}

function newKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** All or nothing, also when the power fails. */
async function writeWhole(file: string, content: string, mode: number): Promise<void> {
  const incoming = `${file}.${randomUUID()}`;
  try {
    const handle = await open(incoming, "wx", mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(incoming, file);
    const directory = await open(dirname(file));
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } finally {
    await rm(incoming, { force: true });
  }
}
