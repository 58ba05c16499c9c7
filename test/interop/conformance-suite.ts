import { fileURLToPath } from "node:url";
import { buildGoProgram, buildGoSource } from "../support/go-program.ts";
import { requireProgram } from "./programs.ts";

/** The official suite is a Go module of its own inside the specification's repository. */
const suite = {
  name: "oci-conformance",
  module: "github.com/opencontainers/distribution-spec/conformance",
  version: "v0.0.0-20260831232431-97274622c111",
};

/**
 * The path of the suite's program: built with Go at first use, then kept in `.cache`. With
 * ENTREPOT_OCI_CONFORMANCE set to the suite's folder in a checkout of the specification, that one is
 * built instead of a download.
 * @throws Error that says in one sentence why there is no such program
 */
export function buildConformanceSuite(): string {
  const go = requireProgram("go");
  const local = process.env.ENTREPOT_OCI_CONFORMANCE;
  if (local !== undefined) {
    const path = fileURLToPath(new URL("../../.cache/oci-conformance-local", import.meta.url));
    return buildGoSource(local, { name: suite.name, path, go });
  }
  try {
    return buildGoProgram(suite, go);
  } catch (error) {
    throw new Error(
      `${(error as Error).message}. ENTREPOT_OCI_CONFORMANCE may name the folder "conformance" of a ` +
        "checkout of the OCI distribution specification",
    );
  }
}
