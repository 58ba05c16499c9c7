import { expect, it } from "vitest";
import type { KeyContext } from "../../ports/key-service.ts";
import { limits } from "../../registry/limits.ts";
import type { ObjectId, Registry } from "../../registry/names.ts";
import { DataKeyCache } from "./data-key-cache.ts";

const context: KeyContext = {
  registry: { account: "000000000000", region: "us-east-1" } as Registry,
  object: "0".repeat(32) as ObjectId,
};
const wrapped = Buffer.from([0, 255, 128, 7]);
const plain = Buffer.alloc(32, 9);

function newCache() {
  let now = 1_000_000;
  const cache = new DataKeyCache({ now: () => now });
  const advance = (byMs: number) => {
    now += byMs;
  };
  return { cache, advance };
}

it("forgets a key thirty seconds after it was opened, however often it was used", () => {
  const { cache, advance } = newCache();
  cache.put(wrapped, context, plain);
  advance(limits.dataKeyCacheMs - 1);
  expect(cache.find(wrapped, context)).toEqual(Uint8Array.from(plain));
  advance(1);
  expect(cache.find(wrapped, context)).toBeUndefined();
});

it("forgets a key when the clock is set back", () => {
  const { cache, advance } = newCache();
  cache.put(wrapped, context, plain);
  advance(-1);
  expect(cache.find(wrapped, context)).toBeUndefined();
});

it("knows a key by its wrapped form and its context together", () => {
  const { cache } = newCache();
  cache.put(wrapped, context, plain);
  const elsewhere = { ...context, object: "1".repeat(32) as ObjectId };
  expect(cache.find(wrapped, elsewhere)).toBeUndefined();
  expect(cache.find(Buffer.from([0, 255, 128, 8]), context)).toBeUndefined();
});

it("keeps a bounded number of keys", () => {
  const { cache } = newCache();
  const forms = Array.from({ length: limits.dataKeyCacheEntries + 1 }, (_, index) => {
    const form = Buffer.alloc(4);
    form.writeUInt32BE(index);
    return form;
  });
  for (const form of forms) cache.put(form, context, plain);
  expect(cache.find(forms[0]!, context)).toBeUndefined();
  expect(cache.find(forms.at(-1)!, context)).toBeDefined();
});
