/**
 * Waivers and VEX documents tell what is wrong with images, so they are sealed as what scans find is:
 * each version by a data key of its own, below the registry's service key.
 */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import type { Ports } from "../../../ports/ports.ts";
import type {
  StoredSuppression,
  SuppressionHead,
  SuppressionKey,
} from "../../../ports/suppression-store.ts";
import { openWhole, sealWhole } from "../../encryption/sealed-format.ts";
import type { ObjectId } from "../../names.ts";
import { suppressionLimits } from "./suppression-limits.ts";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** A version to be put. */
export async function sealSuppression(
  { keys }: Pick<Ports, "keys">,
  { registry, kind, name }: SuppressionKey,
  document: unknown,
  dueAt: number | undefined,
): Promise<StoredSuppression> {
  const object = idOf({ registry, kind, name });
  const { plain, wrapped } = await keys.createDataKey({ registry, object });
  const text = await deflate(JSON.stringify(document));
  return {
    ...{ registry, kind, name, dueAt, wrappedKey: wrapped },
    ...{ sizeBytes: text.length, content: sealWhole(plain, object, text) },
  };
}

/** @throws Error when it is not what was sealed under that name here */
export async function openSuppression(
  { keys }: Pick<Ports, "keys">,
  stored: StoredSuppression,
): Promise<unknown> {
  const { registry, wrappedKey, sizeBytes, content } = stored;
  const object = idOf(stored);
  const key = await keys.openDataKey(wrappedKey, { registry, object });
  const opened = openWhole(key, object, String(sizeBytes), content);
  const text = await inflate(opened, { maxOutputLength: suppressionLimits.sealedBytes });
  return JSON.parse(text.toString());
}

/** The same version, for who remembers what it says. */
export function versionOf({ wrappedKey }: SuppressionHead): string {
  return Buffer.from(wrappedKey).toString("base64");
}

/** What one is sealed for: it opens under its own name alone. */
function idOf({ kind, name }: SuppressionKey): ObjectId {
  return createHash("sha256").update(`${kind}\0${name}`).digest("hex").slice(0, 32) as ObjectId;
}
