/** What signs here, verified by the programs that people verify with. */
import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  DescribeImageSigningStatusCommand,
  PutSigningConfigurationCommand,
} from "@aws-sdk/client-ecr";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callServer } from "../../src/doors/cli/call-server.ts";
import { Sha256 } from "../../src/registry/sha256.ts";
import { buildImage } from "./image.ts";
import { requireProgram } from "./programs.ts";
import { pushImage } from "./push-image.ts";
import {
  account,
  ecrClient,
  type InteropRegistry,
  makeScratch,
  openRegistry,
  region,
} from "./registry.ts";
import { fail, runProgram, succeed } from "./run-program.ts";

const http = "plain HTTP";
let registry: InteropRegistry;
let scratch: string;
let env: Record<string, string>;
let authority: { certificate: string; publicKey: string };

beforeAll(async () => {
  registry = await openRegistry();
  scratch = makeScratch();
  env = { XDG_CONFIG_HOME: scratch, DOCKER_CONFIG: scratch, HOME: scratch };
  const login = Buffer.from(`AWS:${await registry.password()}`).toString("base64");
  const auths = { [registry.address(http)]: { auth: login } };
  writeFileSync(join(scratch, "config.json"), JSON.stringify({ auths }));
  authority = await ask("entrepot:GetSigningAuthority", {});
});
afterAll(async () => {
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  await registry?.close();
});

function ask<Answer>(operation: Parameters<typeof callServer>[2], input: object): Promise<Answer> {
  const { origin, accessKeyId, secretAccessKey } = registry.server;
  const address = { origin, region, authority: "", now: () => Date.now() };
  return callServer<Answer>(address, { accessKeyId, secretAccessKey }, operation, input);
}

/** As an SDK asks AWS Signer: on a path, and signed for the service `signer`. */
async function putProfile(name: string): Promise<string> {
  const { origin, accessKeyId, secretAccessKey } = registry.server;
  const { host, hostname, protocol } = new URL(origin);
  const body = JSON.stringify({ platformId: "Notation-OCI-SHA384-ECDSA" });
  const path = `/signing-profiles/${name}`;
  const headers = { host, "content-type": "application/json" };
  const request = new HttpRequest({ method: "PUT", protocol, hostname, path, headers, body });
  const credentials = { accessKeyId, secretAccessKey };
  const signer = new SignatureV4({ service: "signer", region, credentials, sha256: Sha256 });
  const signed = await signer.sign(request);
  const answer = await fetch(`${origin}${path}`, { method: "PUT", headers: signed.headers, body });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { arn: string }).arn;
}

async function pushed(): Promise<{ repositoryName: string; reference: string; digest: string }> {
  const repository = await registry.createRepository("signed");
  const image = buildImage();
  const password = await registry.password();
  await pushImage(registry, { repository, password, tag: "v1" }, image);
  const { digest } = image.manifest;
  return {
    ...{ repositoryName: repository, digest },
    reference: `${registry.address(http)}/${repository}@${digest}`,
  };
}

describe("notation", () => {
  const notation = (...args: string[]) => [requireProgram("notation"), args, { env }] as const;

  function trust(identity: string): void {
    const store = join(scratch, "notation", "truststore", "x509", "ca", "entrepot");
    mkdirSync(store, { recursive: true });
    writeFileSync(join(store, "ca.pem"), authority.certificate);
    const policy = {
      ...{ name: "entrepot", registryScopes: ["*"], trustStores: ["ca:entrepot"] },
      signatureVerification: { level: "strict", override: { revocation: "skip" } },
      trustedIdentities: [identity],
    };
    const text = JSON.stringify({ version: "1.0", trustPolicies: [policy] });
    writeFileSync(join(scratch, "notation", "trustpolicy.json"), text, { mode: 0o600 });
  }

  it("verifies what was signed on push, of the profile that is trusted and of no other", async () => {
    const arn = await putProfile("release");
    const ecr = ecrClient(registry.server, http);
    const rules = [{ signingProfileArn: arn }];
    await ecr.send(new PutSigningConfigurationCommand({ signingConfiguration: { rules } }));
    const { repositoryName, reference, digest } = await pushed();
    const asked = { repositoryName, imageId: { imageDigest: digest } };
    const status = async () => {
      const told = await ecr.send(new DescribeImageSigningStatusCommand(asked));
      return told.signingStatuses?.[0]?.status;
    };
    await expect.poll(status, { timeout: 30_000 }).toBe("COMPLETE");
    const subject = (name: string) =>
      `x509.subject: C=ZZ, ST=${region}, O=Entrepot, OU=${account}, CN=${name}`;
    trust(subject("release"));
    const { output } = await succeed(...notation("verify", "--insecure-registry", reference));
    expect(output).toContain("Successfully verified signature");
    trust(subject("other"));
    await fail(...notation("verify", "--insecure-registry", reference));
    ecr.destroy();
  });
});

describe("cosign", () => {
  const verify = (key: string, reference: string) =>
    [
      requireProgram("cosign"),
      ["verify", "--key", key, "--insecure-ignore-tlog=true", "--allow-http-registry", reference],
      { env },
    ] as const;

  it("verifies what SignImage has signed with the registry's key, and with no other", async () => {
    const { repositoryName, reference, digest } = await pushed();
    const key = join(scratch, "cosign.pub");
    writeFileSync(key, authority.publicKey);
    await fail(...verify(key, reference));
    await ask("entrepot:SignImage", { repositoryName, imageId: { imageDigest: digest } });
    const { output } = await succeed(...verify(key, reference));
    expect(output).toContain(digest);
    const other = join(scratch, "other.pub");
    await runProgram("openssl", [
      "ecparam",
      "-genkey",
      "-name",
      "prime256v1",
      "-noout",
      "-out",
      `${other}.key`,
    ]);
    await succeed("openssl", ["ec", "-in", `${other}.key`, "-pubout", "-out", other]);
    await fail(...verify(other, reference));
  });
});

interface Told {
  readonly format: string;
  readonly signer?: string;
  readonly certificateSubject?: string;
}

describe("the registry verifies", () => {
  const signatures = async (repositoryName: string, imageDigest: string) => {
    const input = { repositoryName, imageId: { imageDigest } };
    const told = await ask<{ signatures: Told[] }>("entrepot:DescribeImageSignatures", input);
    // The registry has signed it as well, since a rule wants that.
    const foreign = told.signatures.filter(
      (each) => each.certificateSubject?.includes("O=Entrepot") !== true,
    );
    return foreign.map(({ format, signer }) => `${format} ${signer}`).sort();
  };

  /** What an environment that wants these signers says of the image: passed or not, and by which keys. */
  const asked = async (repositoryName: string, imageDigest: string, signedBy: string) => {
    const name = `wants-${signedBy}`;
    await ask("entrepot:PutEnvironment", { name, checks: { signedBy: [signedBy] } });
    const wanted = { repositoryName, imageDigest, environment: name, comment: "Release" };
    const { request } = await ask<{ request: { requestId: string; checks: object[] } }>(
      "entrepot:RequestApproval",
      wanted,
    );
    const { requestId } = request;
    const { evidence } = await ask<{ evidence: { signatures: object[] } }>(
      "entrepot:GetApprovalRequest",
      { repositoryName, requestId },
    );
    return { checks: request.checks, signatures: evidence.signatures };
  };
  const fingerprint = (der: Uint8Array) =>
    `sha256:${createHash("sha256").update(der).digest("hex")}`;

  it("what cosign signs, as bundles and under tags, and tells what is signed by another key", async () => {
    const { repositoryName, reference, digest } = await pushed();
    const password = { ...env, COSIGN_PASSWORD: "" };
    const cosign = (...args: string[]) =>
      succeed(requireProgram("cosign"), args, { env: password, cwd: scratch });
    for (const name of ["known", "unknown"]) {
      await cosign("generate-key-pair", "--output-key-prefix", name);
    }
    // Nothing is asked outside: neither a transparency log nor time stamps.
    const config = join(scratch, "signing-config.json");
    const mediaType = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
    writeFileSync(config, JSON.stringify({ mediaType }));
    const plain = ["--allow-http-registry", "--yes"];
    const bundled = ["--signing-config", config, ...plain];
    const tagged = [
      ...["--new-bundle-format=false", "--use-signing-config=false", "--tlog-upload=false"],
      ...plain,
    ];
    await cosign("sign", "--key", "known.key", ...bundled, reference);
    await cosign("sign", "--key", "known.key", ...tagged, reference);
    await cosign("sign", "--key", "unknown.key", ...bundled, reference);
    const pem = readFileSync(join(scratch, "known.pub"), "utf8");
    await ask("entrepot:PutTrustedSigner", { name: "known", pem });
    expect(await signatures(repositoryName, digest)).toEqual([
      ...["COSIGN_BUNDLE known", "COSIGN_BUNDLE undefined", "COSIGN_SIMPLE_SIGNING known"],
    ]);
    const der = createPublicKey(pem).export({ type: "spki", format: "der" });
    const told = await asked(repositoryName, digest, "known");
    expect(told.checks).toMatchObject([{ check: "Signature", passed: true }]);
    const known = { signer: "known", fingerprint: fingerprint(der) };
    expect(told.signatures).toMatchObject([known, known]);
    const stranger = await asked(repositoryName, digest, "unknown");
    expect(stranger.checks).toMatchObject([{ check: "Signature", passed: false }]);
  });

  it("what notation signs, in both envelopes", async () => {
    const { repositoryName, reference, digest } = await pushed();
    const notation = (...args: string[]) => succeed(requireProgram("notation"), args, { env });
    await notation("cert", "generate-test", "--default", "elsewhere");
    for (const format of ["jws", "cose"]) {
      await notation("sign", "--insecure-registry", "--signature-format", format, reference);
    }
    expect(await signatures(repositoryName, digest)).toEqual([
      ...["NOTATION_COSE undefined", "NOTATION_JWS undefined"],
    ]);
    const certificate = join(scratch, "notation", "localkeys", "elsewhere.crt");
    const pem = readFileSync(certificate, "utf8");
    await ask("entrepot:PutTrustedSigner", { name: "elsewhere", pem, subject: ["CN=elsewhere"] });
    expect(await signatures(repositoryName, digest)).toEqual([
      ...["NOTATION_COSE elsewhere", "NOTATION_JWS elsewhere"],
    ]);
    const told = await asked(repositoryName, digest, "elsewhere");
    expect(told.checks).toMatchObject([{ check: "Signature", passed: true }]);
    const elsewhere = {
      ...{ signer: "elsewhere", fingerprint: fingerprint(new X509Certificate(pem).raw) },
      certificateSubject: expect.stringMatching(/CN=elsewhere/),
    };
    expect(told.signatures).toMatchObject([elsewhere, elsewhere]);
  });
});
