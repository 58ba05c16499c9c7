import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, request } from "node:https";
import { type AddressInfo, isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LocalCertificates } from "./local-certificates.ts";
import { OperatorCertificates } from "./operator-certificates.ts";
import { TlsCertificateError } from "./tls-certificate.ts";

const day = 24 * 3600 * 1000;
const start = Date.UTC(2030, 0, 15);
const names = [
  "localhost",
  "127.0.0.1",
  "::1",
  "public.ecr.localhost",
  "123456789012.dkr.ecr.eu-west-1.localhost",
  "*.dkr.ecr.eu-west-1.localhost",
];

let directory: string;
let now: number;
const clock = { now: () => now };
const local = (wanted: readonly string[] = names) =>
  new LocalCertificates({ directory, names: wanted, clock });
const leafOf = async (certificates = local()) =>
  new X509Certificate((await certificates.current()).cert);

beforeEach(async () => {
  now = start;
  directory = await mkdtemp(join(tmpdir(), "entrepot-tls-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe("the local authority", () => {
  it("issues a certificate that a client accepts for every name once it trusts the authority", async () => {
    now = Date.now();
    const server = createServer(await local().current(), (_, response) => response.end("yes"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const ca = await readFile(join(directory, "ca.pem"), "utf8");
    const address = server.address() as AddressInfo;
    try {
      for (const name of [...names.slice(0, -1), "000000000001.dkr.ecr.eu-west-1.localhost"]) {
        expect(await statusOf(address, name, ca)).toBe(200);
      }
      await expect(statusOf(address, "elsewhere.example.com", ca)).rejects.toThrow(/altnames/);
    } finally {
      server.close();
    }
  });

  it("keeps its authority and its certificate from one start to the next", async () => {
    const first = await local().current();
    const ca = await readFile(join(directory, "ca.pem"), "utf8");
    now += 59 * day;
    expect(await local().current()).toEqual(first);
    expect(await readFile(join(directory, "ca.pem"), "utf8")).toBe(ca);
  });

  it("renews a certificate that has less than 30 days left, under the same authority", async () => {
    const first = await leafOf();
    const ca = new X509Certificate(await readFile(join(directory, "ca.pem")));
    expect(Date.parse(first.validTo)).toBe(start + 90 * day);
    expect(Date.parse(ca.validTo)).toBeGreaterThan(start + 3650 * day);
    now += 61 * day;
    const second = await leafOf();
    expect(second.serialNumber).not.toBe(first.serialNumber);
    expect(Date.parse(second.validTo)).toBe(now + 90 * day);
    expect(second.verify(ca.publicKey)).toBe(true);
  });

  it("makes a new authority before the old one ends", async () => {
    await local().current();
    const ca = await readFile(join(directory, "ca.pem"), "utf8");
    now += 3600 * day;
    await local().current();
    expect(await readFile(join(directory, "ca.pem"), "utf8")).not.toBe(ca);
  });

  it("issues anew when the host names change", async () => {
    const first = await leafOf();
    const second = await leafOf(local([...names, "registry.example.com"]));
    expect(second.serialNumber).not.toBe(first.serialNumber);
    expect(second.subjectAltName).toContain("DNS:registry.example.com");
  });

  it("keeps its keys from other users", async () => {
    await local().current();
    for (const file of ["ca-key.pem", "server-key.pem"]) {
      expect((await stat(join(directory, file))).mode & 0o077).toBe(0);
    }
  });

  it("makes a certificate again after a crash left only its key", async () => {
    await local().current();
    await rm(join(directory, "server.pem"));
    const { cert, key } = await local().current();
    expect(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))).toBe(true);
  });

  it("refuses to replace an authority that clients trust when its key is gone", async () => {
    await local().current();
    await rm(join(directory, "ca-key.pem"));
    await expect(local().current()).rejects.toThrow(TlsCertificateError);
  });
});

describe("the operator's certificate", () => {
  const operator = (certificateFile: string, keyFile: string) =>
    new OperatorCertificates(
      { certificateFile: join(directory, certificateFile), keyFile: join(directory, keyFile) },
      clock,
    );

  it("is read anew each time", async () => {
    await local().current();
    const certificates = operator("server.pem", "server-key.pem");
    const first = await certificates.current();
    await local(["localhost"]).current();
    expect((await certificates.current()).cert).not.toBe(first.cert);
  });

  it("is refused, by file name, when absent, damaged, expired, or not of that key", async () => {
    await local().current();
    await writeFile(join(directory, "damaged.pem"), "no certificate");
    const refusal = async (certificate: string, key: string) =>
      operator(certificate, key)
        .current()
        .catch((error: Error) => error.message);
    expect(await refusal("absent.pem", "server-key.pem")).toMatch(/absent.pem\) cannot be read/);
    expect(await refusal("damaged.pem", "server-key.pem")).toMatch(/damaged.pem\) is no certif/);
    expect(await refusal("server.pem", "damaged.pem")).toMatch(/damaged.pem\) is no private key/);
    expect(await refusal("server.pem", "ca-key.pem")).toMatch(/ca-key.pem\) is not the key/);
    now += 91 * day;
    expect(await refusal("server.pem", "server-key.pem")).toMatch(/server.pem\) expired on/);
  });
});

/** Connects to 127.0.0.1 whatever the name, and holds the certificate against the name. */
function statusOf({ port }: AddressInfo, name: string, ca: string): Promise<number | undefined> {
  const plain = isIP(name) !== 0;
  return new Promise((resolve, reject) => {
    request({
      port,
      ca,
      agent: false,
      headers: { host: name },
      host: plain ? "127.0.0.1" : name,
      servername: plain ? "" : name,
      lookup: (_name, _options, found) => found(null, [{ address: "127.0.0.1", family: 4 }]),
    })
      .on("response", (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on("error", reject)
      .end();
  });
}
