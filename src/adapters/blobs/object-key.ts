import { invariant, RegistryError } from "../../registry/errors.ts";
import type { ObjectId } from "../../registry/names.ts";

const keyShape = /^[0-9a-f]{32}$/;

export function isObjectKey(text: string): text is ObjectId {
  return keyShape.test(text);
}

/** Keys become file names: what is not shaped like one goes no further. */
export function checkObjectKey(key: ObjectId): void {
  invariant(isObjectKey(key), "an object key is 32 hexadecimal digits");
}

/** What the store answers when staged bytes that the caller counts on are not there. */
export function stagedBytesLost(): RegistryError {
  return new RegistryError("UploadNotFound", "The uploaded bytes are no longer there.");
}

/** What a reader gets from an object that ends too early. */
export function objectTooShort(key: ObjectId, sizeBytes: number, neededBytes: number): Error {
  return new Error(
    `object ${key} is damaged: it ends after ${sizeBytes} bytes, ${neededBytes} were expected`,
  );
}

/** What is to be copied is not where it should be. */
export function objectMissing(key: ObjectId): Error {
  return new Error(`object ${key} is not at the place that is to be copied`);
}
