import { expect, test } from "vitest";
import { hashPassword, isPassword } from "./password-hash.ts";

test("knows the password again, and no other", async () => {
  const hash = await hashPassword("Gänse-füßchen 1");
  expect(await isPassword("Gänse-füßchen 1", hash)).toBe(true);
  expect(await isPassword("Gänse-füßchen 2", hash)).toBe(false);
  expect(await isPassword("", hash)).toBe(false);
});

test("makes another hash of the same password each time, with its costs in it", async () => {
  const [one, other] = [await hashPassword("same"), await hashPassword("same")];
  expect(one).not.toBe(other);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
});

test("verifies a hash that was made at other costs, by the costs that it names", async () => {
  // Of the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
  const reference =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  expect(await isPassword("password", reference)).toBe(true);
  expect(await isPassword("Password", reference)).toBe(false);
});

test("takes nothing for a hash that is none", async () => {
  for (const hash of ["", "password", "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA"]) {
    await expect(isPassword("password", hash)).rejects.toThrow("of no known form");
  }
});
