import { createHash, randomBytes } from "node:crypto";
import { freshBytes } from "../fresh-bytes.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Kinds of ids that IAM knows by their first four letters. Source: IAM, "Unique identifiers". */
export type IdPrefix = "AIDA" | "AGPA" | "AROA" | "ANPA" | "AKIA" | "ASIA";

const randomLetters: Readonly<Record<IdPrefix, number>> = {
  AIDA: 17,
  AGPA: 17,
  AROA: 17,
  ANPA: 17,
  AKIA: 16,
  ASIA: 16,
};

/** A fresh id of 80 random bits: it is never given twice. */
export function newUniqueId(prefix: IdPrefix): string {
  const bytes = freshBytes(randomLetters[prefix]);
  return prefix + Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}

/** The id of what is the same in every deployment, and so is its id. */
export function idOfName(prefix: IdPrefix, name: string): string {
  const bytes = createHash("sha256").update(name).digest().subarray(0, randomLetters[prefix]);
  return prefix + Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}

const secretBytes = 30;

/** 40 characters, as AWS's secret access keys have. */
export function newSecretAccessKey(): string {
  return randomBytes(secretBytes).toString("base64");
}
