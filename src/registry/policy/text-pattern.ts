import type { ConditionValues } from "./condition-values.ts";
import {
  anyCharacter,
  anyText,
  parseTemplate,
  type TemplateOptions,
  type TemplatePart,
  variableKeys,
  variableValue,
} from "./text-template.ts";

/** Whether the whole of a text matches. The context gives the values of policy variables. */
export type TextMatch = (text: string, context: ConditionValues) => boolean;

export interface TextPattern {
  readonly matches: TextMatch;
  /** The keys of policy variables in the pattern, in lower case. */
  readonly variables: readonly string[];
  /** Set where the pattern is plain text, or plain text and then anything. */
  readonly plain: { readonly text: string; readonly openEnd: boolean } | undefined;
}

/**
 * Compiles a pattern of a policy. Values of variables never act as wildcards. Matching is
 * iterative, and its time is bounded by a small multiple of text plus pattern, and for the longest
 * hostile ones by their product over 32 (D8).
 */
export function compilePattern(source: string, options: TemplateOptions): TextPattern {
  return patternOf(parseTemplate(source, options));
}

/** The same for a template that was taken apart already. */
export function patternOf(parts: readonly TemplatePart[]): TextPattern {
  const variables = variableKeys(parts);
  if (parts.some((part) => typeof part === "object")) {
    return { matches: variablePattern(parts), variables, plain: undefined };
  }
  const [first, second] = parts;
  if (parts.length === 0) return plainPattern("", false);
  if (parts.length === 1 && typeof first === "string") return plainPattern(first, false);
  if (parts.length === 1 && first === anyText) return plainPattern("", true);
  if (parts.length === 2 && typeof first === "string" && second === anyText) {
    return plainPattern(first, true);
  }
  const chunks = toChunks(parts);
  return { matches: (text) => matchesChunks(chunks, text), variables, plain: undefined };
}

function plainPattern(text: string, openEnd: boolean): TextPattern {
  const matches: TextMatch = openEnd
    ? (candidate) => candidate.startsWith(text)
    : (candidate) => candidate === text;
  return { matches, variables: [], plain: { text, openEnd } };
}

function variablePattern(parts: readonly TemplatePart[]): TextMatch {
  return (text, context) => {
    const expanded: TemplatePart[] = [];
    for (const part of parts) {
      const value = typeof part === "object" ? variableValue(part, context) : part;
      if (value === undefined) return false;
      expanded.push(value);
    }
    return matchesChunks(toChunks(expanded), text);
  };
}

/** What stands between two stars: character codes, -1 for any one character. */
type Chunk = readonly number[];

function toChunks(parts: readonly TemplatePart[]): Chunk[] {
  let chunk: number[] = [];
  const chunks = [chunk];
  for (const part of parts) {
    if (part === anyText) {
      chunk = [];
      chunks.push(chunk);
    } else if (part === anyCharacter) {
      chunk.push(-1);
    } else if (typeof part === "string") {
      for (let at = 0; at < part.length; at++) chunk.push(part.charCodeAt(at));
    }
  }
  return chunks;
}

/**
 * The first chunk stands at the start, the last at the end, and each between them at the first
 * place that is left: a later place could not make more room.
 */
function matchesChunks(chunks: readonly Chunk[], text: string): boolean {
  const first = chunks[0]!;
  const last = chunks[chunks.length - 1]!;
  if (chunks.length === 1) return text.length === first.length && standsAt(first, text, 0);
  const end = text.length - last.length;
  if (end < first.length || !standsAt(first, text, 0) || !standsAt(last, text, end)) return false;
  let from = first.length;
  for (let index = 1; index < chunks.length - 1; index++) {
    const chunk = chunks[index]!;
    const found = findChunk(chunk, text, from, end);
    if (found < 0) return false;
    from = found + chunk.length;
  }
  return true;
}

function standsAt(chunk: Chunk, text: string, at: number): boolean {
  for (let index = 0; index < chunk.length; index++) {
    const code = chunk[index]!;
    if (code >= 0 && code !== text.charCodeAt(at + index)) return false;
  }
  return true;
}

/** From this many comparisons on, searching bit by bit is worth its preparation. */
const plainSearchSteps = 1 << 15;

function findChunk(chunk: Chunk, text: string, from: number, end: number): number {
  const lastStart = end - chunk.length;
  if (chunk.length > 32 && (lastStart - from) * chunk.length > plainSearchSteps) {
    return findByBits(chunk, text, from, end);
  }
  for (let at = from; at <= lastStart; at++) if (standsAt(chunk, text, at)) return at;
  return -1;
}

/** Shift-And: bit i of `state` tells that the last i+1 characters are the chunk's first i+1. */
function findByBits(chunk: Chunk, text: string, from: number, end: number): number {
  const words = Math.ceil(chunk.length / 32);
  const anywhere = new Uint32Array(words);
  const masks = new Map<number, Uint32Array>();
  chunk.forEach((code, index) => {
    const mask = code < 0 ? anywhere : (masks.get(code) ?? new Uint32Array(words));
    if (code >= 0) masks.set(code, mask);
    mask[index >>> 5]! |= 1 << (index & 31);
  });
  const state = new Uint32Array(words);
  const lastBit = 1 << ((chunk.length - 1) & 31);
  for (let at = from; at < end; at++) {
    const mask = masks.get(text.charCodeAt(at)) ?? anywhere;
    let carry = 1;
    for (let word = 0; word < words; word++) {
      const before = state[word]!;
      state[word] = ((before << 1) | carry) & (mask[word]! | anywhere[word]!);
      carry = before >>> 31;
    }
    if ((state[words - 1]! & lastBit) !== 0) return at + 1 - chunk.length;
  }
  return -1;
}
