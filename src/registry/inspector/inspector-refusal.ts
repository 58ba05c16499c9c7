import { RegistryError } from "../errors.ts";

/** As Inspector says that an input is not what it takes. Source: Inspector API, ValidationException. */
export function invalidInput(sentence: string): RegistryError {
  return new RegistryError("Validation", sentence, { reason: "FIELD_VALIDATION_FAILED" });
}

/** Of what would have to be looked at as a whole. */
export function tooMuch(images: number): RegistryError {
  return invalidInput(
    `The criteria mean findings of more than ${images} images. Narrow them, for example by repository.`,
  );
}

export function notFound(sentence: string): RegistryError {
  return new RegistryError("ResourceNotFound", sentence);
}
