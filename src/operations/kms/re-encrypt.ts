import type { ReEncryptRequest, ReEncryptResponse } from "@aws-sdk/client-kms";
import { invariant } from "../../registry/errors.ts";
import { openWith, parseCiphertext, sealWith } from "../../registry/kms/ciphertext.ts";
import { kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { requireUsable } from "../../registry/kms/require-usable.ts";
import { keyMaterialId } from "../../registry/kms/rotate-key.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { openingKey, requireOpeningKey } from "./ciphertext-target.ts";
import { anyKey, keyOf, useConditions } from "./key-target.ts";
import {
  ciphertext,
  dryRun,
  dryRunModifiers,
  encryptionAlgorithm,
  encryptionContext,
  grantTokens,
  keyId,
} from "./shapes.ts";
import { checkGrantTokens, endDryRun, requireNoModifiers, requireSymmetric } from "./use.ts";

/** Seals with another key what one sealed, or in another context; the plaintext stays here. */
export const reEncrypt = operation("kms:ReEncrypt", {
  input: request({
    CiphertextBlob: ciphertext,
    SourceEncryptionContext: encryptionContext.default({}),
    SourceKeyId: keyId.optional(),
    DestinationKeyId: keyId,
    DestinationEncryptionContext: encryptionContext.default({}),
    SourceEncryptionAlgorithm: encryptionAlgorithm,
    DestinationEncryptionAlgorithm: encryptionAlgorithm,
    GrantTokens: grantTokens,
    DryRun: dryRun,
    DryRunModifiers: dryRunModifiers,
  } satisfies Members<ReEncryptRequest>),
  action: "kms:ReEncryptFrom",
  resource: async (input, caller, environment) => {
    const { SourceKeyId, CiphertextBlob, SourceEncryptionContext: context } = input;
    const source = await openingKey(SourceKeyId, CiphertextBlob, caller, environment, context);
    const { DestinationKeyId, DestinationEncryptionContext } = input;
    const other = [caller, environment, DestinationEncryptionContext] as const;
    return betweenKeys(source, await anyKey(DestinationKeyId, ...other));
  },
  further: (input, _caller, _environment, target) => {
    const { DestinationKeyId: KeyId, DestinationEncryptionAlgorithm: EncryptionAlgorithm } = input;
    // Not looked up again: its alias may have moved since the source was judged beside it.
    const { destination: resource } = target as Source;
    const conditions = useConditions({ KeyId, EncryptionAlgorithm });
    return [{ action: "kms:ReEncryptTo", resource, conditions }];
  },
  // Of the key that opens; what the other one is called by is told to its own action.
  conditions: ({ SourceKeyId: KeyId, SourceEncryptionAlgorithm: EncryptionAlgorithm }) =>
    useConditions({ KeyId, EncryptionAlgorithm }),
  access: "Write",
  errors: [
    ...(["Disabled", "DryRunOperation", "IncorrectKey", "InvalidCiphertext"] as const),
    ...(["InvalidGrantToken", "InvalidKeyUsage", "KmsInvalidState", "NotFound"] as const),
    "UnsupportedOperation",
  ],
  async handle(input, { ports, caller, target, furtherTargets }): Promise<Wire<ReEncryptResponse>> {
    checkGrantTokens(ports, input.GrantTokens);
    requireNoModifiers(input.DryRunModifiers);
    requireSymmetric(input.SourceEncryptionAlgorithm);
    requireSymmetric(input.DestinationEncryptionAlgorithm);
    const { CiphertextBlob: blob } = input;
    const source = await requireOpeningKey(input.SourceKeyId, blob, target, caller, { ports });
    // Not what the request calls it: an alias may have moved since the caller was allowed its key.
    const [destination] = furtherTargets;
    invariant(destination !== undefined, "a ReEncrypt has a destination");
    const key = await keyOf(ports, caller, destination);
    for (const each of [source, key]) requireUsable(each);
    const parsed = parseCiphertext(blob);
    const plaintext = await openWith(ports, source, parsed, input.SourceEncryptionContext);
    endDryRun(input.DryRun);
    const sealed = await sealWith(ports, key, plaintext, input.DestinationEncryptionContext);
    return {
      CiphertextBlob: sealed.toString("base64"),
      SourceKeyId: kmsKeyArn(source),
      KeyId: kmsKeyArn(key),
      SourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      DestinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      SourceKeyMaterialId: keyMaterialId({ key: source, version: parsed.version }),
      DestinationKeyMaterialId: keyMaterialId({ key, version: key.version }),
    };
  },
});

/** The key that opens, and beside it the one that seals. */
interface Source extends Resource {
  readonly destination: Resource;
}

/** Both with what conditions can ask of the two. Source: KMS, kms:ReEncryptOnSameKey. */
function betweenKeys(source: Resource, destination: Resource): Source {
  const isSame = ["kms:reencryptonsamekey", String(source.arn === destination.arn)] as const;
  const told = (key: Resource): Resource => {
    return { ...key, conditions: new Map([...(key.conditions ?? []), isSame]) };
  };
  return { ...told(source), destination: told(destination) };
}
