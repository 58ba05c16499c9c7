/**
 * Known answers: what was sealed once must open for ever. The bytes are those of docs/encryption.md; if a
 * change breaks one of these tests, it breaks every store that there is.
 */
import { describe, expect, it } from "vitest";
import { FixedClock } from "../../adapters/clock/fixed.ts";
import { LocalKeyService } from "../../adapters/keys/local.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryMemory } from "../memory.ts";
import type { ObjectId, Registry } from "../names.ts";
import { openDataKey } from "./data-keys.ts";
import { openWhole } from "./sealed-format.ts";
import { layersUnder } from "./wrapped-key.ts";

const masterKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const registry = { account: "000000000000", region: "us-east-1" } as Registry;
const id = "00112233445566778899aabbccddeeff" as ObjectId;
const key = { registry, id: "01234567-89ab-4cde-8f01-23456789abcd" };
const plaintext = "a layer that is known";

const serviceKey =
  "015bcc3fad70b72de57aab9500fb6296acf29f26c9076922e037dc5184103e4431989241" +
  "25db6858336158119166ee94ebefa36c2af070a06eeb5b6399";
const kmsVersion =
  "01a47a65a4e63c7b34de2cfdb577901403d8434b156966d2033686a38f8967035ca902d9" +
  "91e893fb5074efe0092e27ff0187a89d01e584b96bfc424256";

const answers = [
  {
    type: "AES256",
    wrapped:
      "01000000018c220ba5dabe01ce3f3eaddcd786ca296252644a00d9bc064a470b9d1f0cbe" +
      "babf53829788bd1f1f748ebf683e7df40bc514676269a4872b736c58a2",
    sealed:
      "454e545245504f540114000000000000547a1e4083872b5bd72a26963ceecbfcf9ad1d23" +
      "665a794a2d11330e8c749094fb30a061c90e73beaf71ac3cf7a1929557",
  },
  {
    type: "KMS",
    wrapped:
      "023030303030303030303030300123456789ab4cde8f0123456789abcd0000000101b05f" +
      "aee38e5d335b000f99f15ba3ed18584655c60ea9e2df6378b932364ece54bf86a49937b8" +
      "60c036bb8c2855495918e7a697aee8dd770948bbf8f05702fe3fbf64d5758713ece47b42" +
      "435a",
    sealed:
      "454e545245504f540114000000000000a035d2b2595cf15bcbc564cfc89e3dc243d89e31" +
      "a73ddaa53541643a45b7e898b349641a16a31ff0c33c92978c99e1fa1f",
  },
  {
    type: "KMS_DSSE",
    wrapped:
      "033030303030303030303030300123456789ab4cde8f0123456789abcd000000010162fe" +
      "ce04fe23b8db32550828d7a38a3368fe45847b408963fa708b34a1eeb8fe29596faf8878" +
      "2b9b58d8184690a1b2ca0922d8efa28e2116973704d749e0043900f6c8457472d3166d8d" +
      "c18701000000011393400d66ac4d1467c54a0a9d661e110722ac90971c85d047699e4902" +
      "dfa268cf2aa4112a2978f700b49c376cc506cfbe7e5290fac1e6ea40ad3d89",
    sealed:
      "454e545245504f5401140100000000007d3105637f716378375584e17321f1886e61d3b2" +
      "f642ac84cb0839fe580ac9b7bd9c311968dc393825bf642c3bbdd2183079b80a29663a99" +
      "e8087e2dab1f097f5a84f762bd702b863fe0b3ab28",
  },
] as const;

/** The rows of a store that has these keys and nothing else. */
function keyRows(state: "Enabled" | "Disabled") {
  const service = { registry, version: 1, wrapped: Buffer.from(serviceKey, "hex"), createdAt: 1 };
  const version = { key, version: 1, wrapped: Buffer.from(kmsVersion, "hex"), origin: "CREATED" };
  return {
    serviceKeys: { find: async () => service, newest: async () => service },
    kms: {
      keys: { find: async () => ({ ...key, state, version: 1 }), version: async () => version },
    },
  };
}

function portsOn(rows: ReturnType<typeof keyRows>): Ports {
  const clock = new FixedClock();
  const metadata = rows as unknown as Ports["metadata"];
  const keys = new LocalKeyService({ masterKey, metadata, clock });
  return { metadata, keys, clock, memory: new RegistryMemory() } as unknown as Ports;
}

describe("what was sealed on 2026-11-28", () => {
  it.each(answers)("opens under $type", async ({ type, wrapped, sealed }) => {
    const wrappedKey = Buffer.from(wrapped, "hex");
    expect(layersUnder(wrappedKey)).toBe(type === "KMS_DSSE" ? 2 : 1);
    const dataKey = await openDataKey(portsOn(keyRows("Enabled")), undefined, {
      registry,
      id,
      wrappedKey,
    });
    const layout = String(plaintext.length);
    expect(openWhole(dataKey, id, layout, Buffer.from(sealed, "hex")).toString()).toBe(plaintext);
  });

  it("opens for nobody while its KMS key is disabled", async () => {
    for (const { type, wrapped } of answers) {
      const object = { registry, id, wrappedKey: Buffer.from(wrapped, "hex") };
      const opened = openDataKey(portsOn(keyRows("Disabled")), undefined, object);
      if (type === "AES256") await opened;
      else
        await expect(opened).rejects.toMatchObject({ details: { kmsError: "DisabledException" } });
    }
  });

  it("opens for no other object", async () => {
    const other = "ffeeddccbbaa99887766554433221100" as ObjectId;
    for (const { wrapped } of answers) {
      const object = { registry, id: other, wrappedKey: Buffer.from(wrapped, "hex") };
      const opened = openDataKey(portsOn(keyRows("Enabled")), undefined, object);
      await expect(opened).rejects.toMatchObject({ kind: "Kms" });
    }
  });
});
