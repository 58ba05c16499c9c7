import type { ReviewRule } from "../review-rule.ts";
import { adviceOnLeftOver, type LeftOver } from "./package-lists-left.ts";

/** A cache lies in the home of whoever built: root's, or a user's. */
const inHome = (...places: readonly string[]) => {
  const marks = places.map((place) => `/${place}/`);
  return (path: string) =>
    /^(root|home\/[^/]+)\//.test(path) && marks.some((mark) => path.includes(mark));
};

const leftOvers: readonly LeftOver[] = [
  {
    what: "pip's cache",
    isOne: inHome(".cache/pip", ".cache/uv", ".cache/pypoetry"),
    fix: "Install with `pip install --no-cache-dir …`, or mount the cache: `RUN --mount=type=cache,target=/root/.cache/pip …`.",
  },
  {
    what: "npm's or yarn's cache",
    isOne: inHome(
      ".npm/_cacache",
      ".cache/yarn",
      ".yarn/berry",
      ".local/share/pnpm/store",
      ".bun/install",
    ),
    fix: "Mount the cache: `RUN --mount=type=cache,target=/root/.npm npm ci`, or end the RUN with `&& npm cache clean --force`.",
  },
  {
    what: "Go's caches",
    isOne: (path) =>
      inHome(".cache/go-build", "go/pkg/mod")(path) || path.startsWith("go/pkg/mod/cache/"),
    fix: "Build in a stage of its own, and copy the program out of it.",
  },
  {
    what: "caches of Maven or Gradle",
    isOne: inHome(".m2/repository", ".gradle/caches"),
    fix: "Build in a stage of its own, and copy the archive out of it.",
  },
  {
    what: "Cargo's registry",
    isOne: (path) =>
      inHome(".cargo/registry", ".cargo/git")(path) || path.startsWith("usr/local/cargo/registry/"),
    fix: "Build in a stage of its own, and copy the program out of it.",
  },
  {
    what: "Composer's or RubyGems' cache",
    isOne: (path) =>
      inHome(".composer/cache", ".cache/composer")(path) ||
      (path.endsWith(".gem") && /\/(cache)\//.test(path) && path.startsWith("usr/local/")),
    fix: "Mount the cache, or delete it in the RUN that fills it: `composer clear-cache`, `rm -rf /usr/local/bundle/cache`.",
  },
];

/** Downloads and intermediate results of languages' package managers. */
export const languageCachesLeft: ReviewRule = {
  id: "language-caches-left",
  review: (image) => leftOvers.flatMap((leftOver) => adviceOnLeftOver(image, leftOver, "low")),
};
