import { BoundedCache } from "../bounded-cache.ts";
import { invariant } from "../errors.ts";
import { compilePolicy } from "./compile-policy.ts";
import type { CompiledPolicy } from "./compiled-policy.ts";
import { parsePolicy } from "./parse-policy.ts";
import type { PolicyKind } from "./policy-document.ts";

const cacheBytes = 64 * 1024 * 1024;
/** What a policy comes to remember of its statements, at most. */
const memoryOfOneBytes = 24 * 1024;

/** Policies that were compiled, by kind and text: equal documents are compiled once. */
export class CompiledDocuments {
  readonly #compiled = new BoundedCache<string, CompiledPolicy>(
    cacheBytes,
    // What is made of a document takes several times its text.
    ({ document }) => document.text.length * 8 + memoryOfOneBytes,
  );

  /** Of a stored document, which was checked when it was put. */
  compile(kind: PolicyKind, text: string): CompiledPolicy {
    const key = `${kind} ${text}`;
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const { document } = parsePolicy(text, kind);
    invariant(document !== undefined, "a stored policy is a policy");
    const compiled = compilePolicy(document);
    this.#compiled.set(key, compiled);
    return compiled;
  }
}
