import { CommandError } from "../client.ts";
import { textOf, textsOf, type Words } from "../command-builder.ts";

interface Transfer {
  readonly destination: "REGION" | "OTHER_REGION" | "INTERNET" | "PUBLIC";
  readonly gigabytes: number;
}

/** As EstimateCost takes it. */
export interface PlannedUse {
  readonly storageGB: number | undefined;
  readonly archiveStorageGB: number | undefined;
  readonly requests: number | undefined;
  readonly transfers: readonly Transfer[];
  readonly keys: number | undefined;
  readonly keyRequests: number | undefined;
  readonly basicScans: number | undefined;
  readonly enhancedScans: number | undefined;
}

/** What a size is in the GB of a price table, which is what bills are made in: 1 TB is 1024 of them. */
const gigabytes: Readonly<Record<string, number>> = { "": 1, GB: 1, TB: 1024, MB: 1 / 1024 };
const thousands: Readonly<Record<string, number>> = { "": 1, K: 1e3, M: 1e6, G: 1e9 };

/** @throws CommandError for what is no amount */
export function plannedUse(words: Words): PlannedUse {
  const transfers = [
    ...amounts(words.toRegion, "REGION"),
    ...amounts(words.toOtherRegion, "OTHER_REGION"),
    ...amounts(words.toInternet, "INTERNET"),
    ...amounts(words.toPublic, "PUBLIC"),
  ];
  return {
    storageGB: amount(words.storage, gigabytes),
    archiveStorageGB: amount(words.archive, gigabytes),
    requests: amount(words.requests, thousands),
    transfers,
    keys: amount(words.keys, thousands),
    keyRequests: amount(words.keyRequests, thousands),
    basicScans: amount(words.basicScans, thousands),
    enhancedScans: amount(words.enhancedScans, thousands),
  };
}

function amounts(word: Words[string], destination: Transfer["destination"]): Transfer[] {
  return textsOf(word).map((text) => ({
    destination,
    gigabytes: number(text, gigabytes),
  }));
}

function amount(word: Words[string], units: Readonly<Record<string, number>>): number | undefined {
  const text = textOf(word);
  return text === undefined ? undefined : number(text, units);
}

function number(text: string, units: Readonly<Record<string, number>>): number {
  const [, digits = "", unit = ""] = /^(\d{1,15}(?:\.\d{1,6})?) ?([A-Za-z]{0,2})$/.exec(text) ?? [];
  const factor = units[unit.toUpperCase()];
  if (digits !== "" && factor !== undefined) return Number(digits) * factor;
  const known = Object.keys(units).filter((each) => each !== "");
  throw new CommandError(`"${text}" is no amount: use digits, maybe with ${known.join(", ")}`, 2);
}
