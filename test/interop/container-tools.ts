import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type InteropRegistry, makeScratch, type Transport } from "./registry.ts";
import { runProgram } from "./run-program.ts";

/** A home, a store and logins of their own for podman, buildah and skopeo, which share a library. */
export interface ContainerTools {
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  /**
   * What a command needs to reach the registry that way, for example `--tls-verify=false`; `prefix` is
   * "src-" or "dest-" where a command has two registries to reach.
   */
  flags(transport: Transport, prefix?: string): string[];
  close(): Promise<void>;
}

export function openContainerTools(registry: InteropRegistry): ContainerTools {
  const directory = makeScratch();
  const file = (name: string, content: string) => {
    const path = join(directory, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  const store = join(directory, "store");
  // Not overlay: inside a container that has overlay itself, a second one is often forbidden.
  const storage = `[storage]
driver = "vfs"
graphroot = ${JSON.stringify(store)}
runroot = ${JSON.stringify(join(directory, "run"))}
`;
  const accept = { default: [{ type: "insecureAcceptAnything" }] }; // Signatures are not the subject.
  file("home/.config/containers/policy.json", JSON.stringify(accept));
  const certificates = join(directory, "certificates");
  mkdirSync(certificates);
  copyFileSync(registry.caFile, join(certificates, "ca.crt"));
  const env = {
    HOME: join(directory, "home"),
    XDG_RUNTIME_DIR: directory,
    TMPDIR: directory,
    CONTAINERS_STORAGE_CONF: file("storage.conf", storage),
    CONTAINERS_REGISTRIES_CONF: file("registries.conf", "unqualified-search-registries = []\n"),
    REGISTRY_AUTH_FILE: join(directory, "auth.json"),
  };
  return {
    env,
    directory,
    flags: (transport, prefix = "") =>
      transport === "TLS"
        ? [`--${prefix}cert-dir=${certificates}`]
        : [`--${prefix}tls-verify=false`],
    async close() {
      // The store may be mounted on itself; a directory that is no mount point is no failure here.
      await runProgram("umount", ["--recursive", "--lazy", store]);
      await runProgram("umount", ["--recursive", "--lazy", join(store, "vfs")]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
