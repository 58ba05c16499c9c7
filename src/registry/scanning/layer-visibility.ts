import { Pace, type Steps } from "../steps.ts";
import type { LayerInventory } from "./layer-inventory.ts";
import { parentOf } from "./layer-path.ts";
import { scanningLimits } from "./scanning-limits.ts";

/**
 * Which files of an image's layers are still there in the image. What a layer removes is what lies below it,
 * never its own. Source: image-spec 1.1, "Layer", "Whiteouts".
 */
export class LayerVisibility {
  /** By path, the newest layer that leaves no older file there. */
  readonly #hidesAt = new Map<string, number>();
  /** By path, the newest layer that leaves nothing older below it. */
  readonly #hidesBelow = new Map<string, number>();
  /** Paths that are asked for, and all directories above them: what is elsewhere does not matter. */
  readonly #relevant = new Set<string>();

  private constructor() {}

  /**
   * @param layers oldest first
   * @param paths those that are asked for
   */
  static *of(layers: readonly LayerInventory[], paths: Iterable<string>): Steps<LayerVisibility> {
    const visibility = new LayerVisibility();
    const pace = new Pace(scanningLimits.mergedAtOnce);
    for (const path of paths) {
      if (pace.isOver()) yield;
      visibility.#addRelevant(path);
    }
    for (const [index, layer] of layers.entries()) yield* visibility.#addLayer(layer, index, pace);
    return visibility;
  }

  /** Whether a file that this layer has at this path is there in the image. */
  isVisible(path: string, layer: number): boolean {
    if ((this.#hidesAt.get(path) ?? -1) > layer) return false;
    for (let directory = path; directory !== ""; ) {
      directory = parentOf(directory);
      if ((this.#hidesBelow.get(directory) ?? -1) > layer) return false;
    }
    return true;
  }

  #addRelevant(path: string): void {
    for (let each = path; !this.#relevant.has(each); each = parentOf(each)) {
      this.#relevant.add(each);
      if (each === "") return;
    }
  }

  *#addLayer({ files, whiteouts, opaque }: LayerInventory, index: number, pace: Pace): Steps<void> {
    const directories = new Set<string>();
    for (const { path, kind } of files) {
      if (pace.isOver()) yield;
      this.#hide(this.#hidesAt, path, index);
      if (kind !== "directory") this.#hide(this.#hidesBelow, path, index);
      // What holds it is a directory, whether the layer says so or not.
      for (
        let each = parentOf(path);
        each !== "" && !directories.has(each);
        each = parentOf(each)
      ) {
        directories.add(each);
        this.#hide(this.#hidesAt, each, index);
      }
    }
    for (const path of whiteouts) {
      if (pace.isOver()) yield;
      this.#hide(this.#hidesAt, path, index);
      this.#hide(this.#hidesBelow, path, index);
    }
    for (const path of opaque) {
      if (pace.isOver()) yield;
      this.#hide(this.#hidesBelow, path, index);
    }
  }

  #hide(by: Map<string, number>, path: string, index: number): void {
    if (this.#relevant.has(path)) by.set(path, index);
  }
}
