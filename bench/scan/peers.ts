/** Programs that list what is in an image, ours among them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type GoProgram, goProgramPath } from "../../test/support/go-program.ts";
import { entrepot } from "../peers.ts";
import { checkout } from "../places.ts";

export interface Lister {
  readonly name: string;
  version(): string;
  /** Why it can not take part, or `undefined`. */
  missing(): string | undefined;
  /** Lists the packages of a layout, and looks for no vulnerabilities. */
  words(layout: string, directory: string): readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** How many packages it told. */
  count(out: string): number;
}

export const main = join(checkout, "src/main.ts");

const ours: Lister = {
  name: "entrepot",
  version: entrepot.version,
  missing: () => undefined,
  words: (layout) => [process.execPath, main, "scan", layout, "--packages", "--format", "json"],
  env: {},
  count: (out) => (JSON.parse(out) as { packages: unknown[] }).packages.length,
};

/** Their code takes Go's newer package for JSON, which is an experiment of Go's. */
export const programs: Readonly<Record<"syft" | "trivy", GoProgram>> = {
  syft: { name: "syft", module: "github.com/anchore/syft", version: "v1.57.1", folder: "cmd/syft" },
  trivy: {
    ...{ name: "trivy", module: "github.com/aquasecurity/trivy", version: "v0.74.0" },
    folder: "cmd/trivy",
  },
};

function built(program: GoProgram): Pick<Lister, "name" | "version" | "missing"> {
  return {
    name: program.name,
    version: () => program.version.slice(1),
    missing: () =>
      existsSync(goProgramPath(program))
        ? undefined
        : `${program.name} is not built: npm run bench:scan -- --peers`,
  };
}

interface CycloneDx {
  readonly components?: readonly { readonly type: string }[];
}

const syft: Lister = {
  ...built(programs.syft),
  words: (layout) => [
    ...[goProgramPath(programs.syft), "scan", `oci-dir:${layout}`],
    ...["-q", "-o", "syft-json"],
  ],
  env: { SYFT_CHECK_FOR_APP_UPDATE: "false" },
  count: (out) => (JSON.parse(out) as { artifacts: unknown[] }).artifacts.length,
};

const trivy: Lister = {
  ...built(programs.trivy),
  words: (layout, directory) => [
    ...[goProgramPath(programs.trivy), "image", "--input", layout, "--format", "cyclonedx"],
    ...["--offline-scan", "--skip-version-check", "--quiet"],
    // Of each run its own: what is known of layers would be told without a look.
    ...["--cache-dir", join(directory, `trivy-${process.hrtime.bigint()}`)],
  ],
  env: {},
  count: (out) =>
    ((JSON.parse(out) as CycloneDx).components ?? []).filter(({ type }) => type === "library")
      .length,
};

export const listers: readonly Lister[] = [ours, syft, trivy];
