import { expect, test } from "vitest";
import { checkPassword, type PasswordPolicy } from "./password-policy.ts";

const nothing: PasswordPolicy = {
  ...{ minimumLength: 6, requiresSymbols: false, requiresNumbers: false },
  ...{ requiresUppercase: false, requiresLowercase: false, usersMayChange: false },
  ...{ maximumAgeDays: undefined, remembered: undefined, isHardExpiry: false },
};

test.each([
  [{}, "short", "Password should have a minimum length of 6"],
  [{ minimumLength: 10 }, "too short", "Password should have a minimum length of 10"],
  [{ requiresUppercase: true }, "lower-1", "Password should have at least one uppercase letter"],
  [{ requiresLowercase: true }, "UPPER-1", "Password should have at least one lowercase letter"],
  [{ requiresNumbers: true }, "None-here", "Password should have at least one number"],
  [{ requiresSymbols: true }, "None1here", "Password should have at least one symbol"],
])("where the account asks for %j, '%s' is refused: %s", (wanted, password, message) => {
  expect(() => checkPassword({ ...nothing, ...wanted }, password, [])).toThrow(
    expect.objectContaining({ kind: "PasswordPolicyViolation", message }),
  );
});

test("takes what has everything that is asked for", () => {
  const strict = {
    ...{ ...nothing, minimumLength: 8, requiresSymbols: true, requiresNumbers: true },
    ...{ requiresUppercase: true, requiresLowercase: true },
  };
  for (const symbol of "!@#$%^&*()_+-=[]{}|'") checkPassword(strict, `Passwor1${symbol}`, []);
  checkPassword(nothing, "simple", []);
});

test("by default asks for eight characters of three kinds, and no name of the account", () => {
  for (const password of ["Passw0rd", "passw0rd!", "PASSWORD-"]) {
    const isFit = password !== "PASSWORD-";
    const check = () => checkPassword(undefined, password, ["acme"]);
    if (isFit) check();
    else expect(check).toThrow("does not conform");
  }
  expect(() => checkPassword(undefined, "Ops@ex.com1", ["ops@EX.com1"])).toThrow("conform");
});
