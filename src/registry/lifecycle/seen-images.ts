import type { CompiledRule } from "./compile-lifecycle.ts";
import type { SeenImage } from "./judge-image.ts";

type Numbers = Float64Array | Uint32Array | Int16Array | Uint8Array;

const firstLength = 256;
const wordBits = 32;
const isAllOwnersFlag = 4;
const blocks = [undefined, "ImageReferencedByManifestList", "InUse"] as const;

/** Numbers in one piece of memory, which doubles when it is full. */
class Column<Kind extends Numbers> {
  readonly #make: (length: number) => Kind;
  #numbers: Kind;
  #length = 0;

  constructor(make: (length: number) => Kind) {
    this.#make = make;
    this.#numbers = make(firstLength);
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = this.#make(2 * this.#length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = value;
  }

  at(index: number): number {
    return this.#numbers[index]!;
  }
}

/**
 * What is remembered of the images of a repository: some 50 bytes of each beside its digest, and 4
 * for every rule that counts tags. Objects would take several times as much.
 */
export class SeenImages {
  readonly #digests: string[] = [];
  readonly #sizeBytes = new Column((length) => new Float64Array(length));
  readonly #countClock = new Column((length) => new Float64Array(length));
  readonly #ownerClock = new Column((length) => new Float64Array(length));
  readonly #retainedUntil = new Column((length) => new Float64Array(length));
  readonly #owner = new Column((length) => new Int16Array(length));
  readonly #retainer = new Column((length) => new Int16Array(length));
  readonly #flags = new Column((length) => new Uint8Array(length));
  /** Which rules the image matches: a bit for each, in as many words as that takes. */
  readonly #matches = new Column((length) => new Uint32Array(length));
  readonly #words: number;
  /** Of rules that count tags, by place. */
  readonly #tagCounts: ReadonlyMap<number, Column<Uint32Array>>;

  constructor(rules: readonly CompiledRule[]) {
    this.#words = Math.ceil(rules.length / wordBits);
    const perTag = [...rules.keys()].filter((place) => rules[place]!.perTag);
    this.#tagCounts = new Map(
      perTag.map((place) => [place, new Column((length) => new Uint32Array(length))]),
    );
  }

  get length(): number {
    return this.#digests.length;
  }

  push(image: SeenImage, items: readonly number[]): void {
    this.#digests.push(image.digest);
    this.#sizeBytes.push(image.sizeBytes);
    this.#countClock.push(image.countClock);
    this.#ownerClock.push(image.ownerClock);
    this.#retainedUntil.push(image.retainedUntil);
    this.#owner.push(image.owner);
    this.#retainer.push(image.retainer);
    this.#flags.push(blocks.indexOf(image.block) + (image.isAllOwners ? isAllOwnersFlag : 0));
    for (let word = 0; word < this.#words; word++) {
      let bits = 0;
      for (let bit = 0; bit < wordBits; bit++) {
        if ((items[word * wordBits + bit] ?? 0) > 0) bits |= 1 << bit;
      }
      this.#matches.push(bits);
    }
    for (const [place, column] of this.#tagCounts) column.push(items[place]!);
  }

  at(index: number): SeenImage {
    const flags = this.#flags.at(index);
    return {
      digest: this.#digests[index]!,
      sizeBytes: this.#sizeBytes.at(index),
      countClock: this.#countClock.at(index),
      owner: this.#owner.at(index),
      ownerClock: this.#ownerClock.at(index),
      isAllOwners: (flags & isAllOwnersFlag) !== 0,
      block: blocks[flags & ~isAllOwnersFlag],
      retainer: this.#retainer.at(index),
      retainedUntil: this.#retainedUntil.at(index),
    };
  }

  /** What a rule counts in an image: 0 where it does not match. */
  items(index: number, place: number): number {
    const word = this.#matches.at(index * this.#words + Math.floor(place / wordBits));
    if ((word & (1 << (place % wordBits))) === 0) return 0;
    return this.#tagCounts.get(place)?.at(index) ?? 1;
  }

  /** Places of all images, oldest first by the clock of rules that count. */
  byAge(): Uint32Array {
    return this.#sorted((index) => this.#countClock.at(index));
  }

  /** Places of some images, oldest first by the clock of the rule that owns each, rule by rule. */
  byOwner(indexes: readonly number[]): number[] {
    const owner = this.#owner;
    const clock = this.#ownerClock;
    return indexes.toSorted(
      (a, b) => owner.at(a) - owner.at(b) || clock.at(a) - clock.at(b) || this.#byDigest(a, b),
    );
  }

  #sorted(clock: (index: number) => number): Uint32Array {
    const order = Uint32Array.from(this.#digests.keys());
    return order.sort((a, b) => clock(a) - clock(b) || this.#byDigest(a, b));
  }

  #byDigest(a: number, b: number): number {
    const [one, other] = [this.#digests[a]!, this.#digests[b]!];
    return one < other ? -1 : one > other ? 1 : 0;
  }
}
