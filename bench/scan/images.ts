/** Images that scans are measured with, as layouts on disk: a Debian, and the same with packages of npm. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { debianRoot } from "../../test/support/debian-root.ts";
import { layoutFiles, writeFiles } from "../../test/support/image-files.ts";
import { file, layerArchive } from "../../test/support/layer-archive.ts";

export interface BenchImage {
  readonly title: string;
  /** A directory: an OCI image layout of one image. */
  readonly layout: string;
  /** Archives, not compressed; the lowest first. */
  readonly layers: readonly Buffer[];
}

const MiB = 1024 * 1024;
/** What Debian's slim images leave out. */
const leftOut = ["doc", "info", "locale", "man"].map((each) => `--exclude=./usr/share/${each}`);

/** As a layer of a slim image has it. @throws Error where debootstrap can not make it */
function debianLayer(): Buffer {
  const root = debianRoot("debootstrap");
  const words = ["-C", root, "--sort=name", "--numeric-owner", ...leftOut, "-c", "."];
  return execFileSync("tar", words, { maxBuffer: 1024 * MiB });
}

/** Packages as npm installs them: a description, code and a text each, 12 KiB together, of names in a row. */
function npmLayer(packages: number): Buffer {
  const code = `module.exports = (value) => ({ ...value });\n`.repeat(200);
  const files = Array.from({ length: packages }, (_, at) => {
    const name = at === 0 ? "lodash" : at === 1 ? "minimist" : `package-${at}`;
    const version = `${at % 9}.${at % 17}.${at % 5}`;
    const at_ = `app/node_modules/${name}`;
    const description = { name, version, license: "MIT", main: "index.js", dependencies: {} };
    return [
      file(`${at_}/package.json`, JSON.stringify(description)),
      file(`${at_}/index.js`, code),
      file(`${at_}/README.md`, `# ${name}\n`.repeat(200)),
    ];
  });
  return layerArchive(files.flat());
}

export function benchImages(directory: string, packages: number): readonly BenchImage[] {
  const base = debianLayer();
  const node = npmLayer(packages);
  const megabytes = (layers: readonly Buffer[]) =>
    (layers.reduce((sum, { length }) => sum + length, 0) / 1e6).toFixed(0);
  const images: readonly (readonly [string, readonly Buffer[]])[] = [
    ["Debian", [base]],
    [`Debian and ${packages} packages of npm`, [base, node]],
  ];
  return images.map(([name, layers], at) => {
    const layout = join(directory, `image-${at}`);
    writeFiles(layout, layoutFiles([{ layers, words: { name: "bench" } }]));
    return { title: `${name}, ${megabytes(layers)} MB`, layout, layers };
  });
}
