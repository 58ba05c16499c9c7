import { randomInt } from "node:crypto";
import { RegistryError } from "../errors.ts";

export interface PasswordWish {
  readonly length: number;
  readonly exclude: string;
  readonly lowercase: boolean;
  readonly uppercase: boolean;
  readonly numbers: boolean;
  readonly punctuation: boolean;
  readonly space: boolean;
  /** Whether each kind of character must be in it. */
  readonly requireEach: boolean;
}

const kinds = {
  lowercase: "abcdefghijklmnopqrstuvwxyz",
  uppercase: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  numbers: "0123456789",
  punctuation: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
  space: " ",
} as const;

/** @throws InvalidParameter where no character is left, or fewer places than kinds of characters */
export function randomPassword(wish: PasswordWish): string {
  const excluded = new Set(wish.exclude);
  const sets = (Object.keys(kinds) as (keyof typeof kinds)[])
    .filter((kind) => wish[kind])
    .map((kind) => [...kinds[kind]].filter((character) => !excluded.has(character)));
  const filled = sets.filter((set) => set.length > 0);
  const all = filled.flat();
  if (all.length === 0) throw impossible("no character is left to choose from");
  const required = wish.requireEach ? filled : [];
  if (required.length > wish.length) throw impossible("it is too short for each kind of character");
  const characters = Array.from({ length: wish.length }, (_, place) =>
    chosen(required[place] ?? all),
  );
  // What each kind must have stands in front so far: shuffled as Fisher and Yates do.
  for (let last = characters.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    const moved = characters[last] ?? "";
    characters[last] = characters[other] ?? "";
    characters[other] = moved;
  }
  return characters.join("");
}

function chosen(set: readonly string[]): string {
  return set[randomInt(set.length)] ?? "";
}

function impossible(why: string): RegistryError {
  return new RegistryError("InvalidParameter", `A password can't be made like that: ${why}.`);
}
