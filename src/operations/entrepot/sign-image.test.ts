import { createPublicKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { listImageReferrers } from "../ecr/list-image-referrers.ts";
import { getSigningAuthority } from "./get-signing-authority.ts";
import { signImage } from "./sign-image.ts";

const repositoryName = "team/app";
let registry: TestRegistry;

beforeAll(async () => {
  registry = await openTestRegistry();
  await registry.createRepository(repositoryName);
});
afterAll(() => registry.close());

describe("SignImage", () => {
  it("attaches a signature to the image that a tag names", async () => {
    const imageDigest = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
    const input = { repositoryName, imageId: { imageTag: "v1" } };
    const signed = await registry.ask(signImage, input);
    expect(signed).toMatchObject({ imageDigest, registryId: account });
    const subject = { repositoryName, subjectId: { imageDigest } };
    const { referrers } = await registry.ask(listImageReferrers, subject);
    expect(referrers).toMatchObject([
      {
        ...{ digest: signed.signatureDigest, artifactType: signed.artifactType },
        annotations: {
          "dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1",
        },
      },
    ]);
  });

  it("is not for those who may sign and not push", async () => {
    const imageDigest = await registry.pushImage(repositoryName, "two");
    const allowed = { Effect: "Allow", Action: "entrepot:SignImage", Resource: "*" };
    const { ports } = registry.environment;
    const caller = await userWith(ports, { account, name: "signer" }, allowed);
    const input = { repositoryName, imageId: { imageDigest } };
    await expect(registry.ask(signImage, input, caller)).rejects.toMatchObject({
      ...{ kind: "AccessDenied", message: expect.stringContaining("ecr:InitiateLayerUpload") },
    });
  });
});

describe("GetSigningAuthority", () => {
  it("tells the same certificate and public key each time, and no private key", async () => {
    const one = await registry.ask(getSigningAuthority, {});
    expect(await registry.ask(getSigningAuthority, {})).toEqual(one);
    expect(createPublicKey(one.publicKey).asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
    expect(JSON.stringify(one)).not.toContain("PRIVATE");
  });
});
