import type { LayerFile } from "../layer-file.ts";
import type { AdviceSubject, SearchedFile } from "./advice-subject.ts";
import { FileTree, type VisibleFile } from "./file-tree.ts";
import type { ImageConfig } from "./image-config.ts";
import { type BuildStep, buildSteps, firstOwnStep } from "./image-history.ts";

/** An image with what several rules want to know of it; each is made once, when the first rule asks. */
export class ReviewedImage {
  readonly subject: AdviceSubject;
  readonly config: ImageConfig;
  readonly steps: readonly BuildStep[];
  /** Steps after those of the base image, as far as that can be told. */
  readonly ownSteps: readonly BuildStep[];
  #tree: FileTree | undefined;
  #visible: readonly VisibleFile[] | undefined;
  #hidden: ReadonlySet<string> | undefined;
  #searched: ReadonlyMap<string, SearchedFile> | undefined;
  #owned: ReadonlySet<string> | undefined;

  constructor(subject: AdviceSubject) {
    this.subject = subject;
    this.config = subject.config;
    this.steps = buildSteps(subject.config);
    this.ownSteps = this.steps.slice(firstOwnStep(this.steps));
  }

  get tree(): FileTree {
    this.#tree ??= new FileTree(this.subject.layers);
    return this.#tree;
  }

  get visible(): readonly VisibleFile[] {
    this.#visible ??= [...this.tree.visible()];
    return this.#visible;
  }

  /** Every file of every layer, also of what later ones hide: it can still be read. */
  *allFiles(): Generator<{ file: LayerFile; layerDiffId: string }> {
    for (const { diffId, files } of this.subject.layers) {
      for (const file of files) if (file.kind === "file") yield { file, layerDiffId: diffId };
    }
  }

  /** Whether a package of the distribution brought a file, so that it is the same everywhere. */
  isOwned(path: string): boolean {
    this.#owned ??= new Set(
      this.subject.layers.flatMap(({ records }) =>
        records.flatMap((each) => each.ownedPaths ?? []),
      ),
    );
    // Distributions that merged these directories still list files below `/bin` and `/lib`.
    return this.#owned.has(path) || (path.startsWith("usr/") && this.#owned.has(path.slice(4)));
  }

  /** What made a layer, if the history tells. */
  stepOf(layerDiffId: string): BuildStep | undefined {
    return this.steps.find((step) => step.layerDiffId === layerDiffId);
  }

  /** Whether a later layer deletes the file, or has another in its place. */
  isHidden(layerDiffId: string, path: string): boolean {
    this.#hidden ??= new Set(this.tree.wasted.map((each) => `${each.addedBy}/${each.path}`));
    return this.#hidden.has(`${layerDiffId}/${path}`);
  }

  /** What was found in a file's content; nothing if that was not looked at. */
  searched(layerDiffId: string, path: string): SearchedFile | undefined {
    this.#searched ??= new Map(
      (this.subject.searchedFiles ?? []).map((each) => [`${each.layerDiffId}/${each.path}`, each]),
    );
    return this.#searched.get(`${layerDiffId}/${path}`);
  }
}
