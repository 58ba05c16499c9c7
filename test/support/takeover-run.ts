/** `entrepot import` and `export` as processes, against servers of their own. */
import { type CommandRun, startCommand } from "./cli.ts";
import { OciClient } from "./oci-client.ts";
import type { RunningServer } from "./server.ts";
import { tokenOf } from "./takeover-token.ts";

export interface ImportReport {
  readonly complete: boolean;
  readonly repositories: { readonly seen: number; readonly made: number };
  readonly images: { readonly sent: number; readonly there: number };
  readonly tags: { readonly set: number; readonly moved: number; readonly there: number };
  readonly layers: { readonly sent: number; readonly there: number; readonly sentBytes: number };
  readonly verified: { readonly images: number; readonly layers: number; readonly bytes: number };
  readonly notes: readonly { readonly repository: string; readonly reason: string }[];
  readonly leftOut: readonly {
    readonly repository: string;
    readonly reference?: string;
    readonly reason: string;
  }[];
  readonly adopted?: string;
  readonly missesServedUntil?: string;
}

/** Environment of a client of that server alone. */
export function clientSettings(server: RunningServer): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    DOCKER_CONFIG: server.dataDirectory,
  };
}

export function startImport(server: RunningServer, ...words: string[]): CommandRun {
  const all = ["import", ...words, "--endpoint", server.origin, "--json"];
  return startCommand(all, clientSettings(server));
}

export async function runImport(server: RunningServer, ...words: string[]) {
  const { code, out, error } = await startImport(server, ...words).ended;
  if (out === "") throw new Error(`import ended with ${code}: ${error}`);
  return { code, report: JSON.parse(out) as ImportReport & { readonly error?: string } };
}

export async function registryClient(server: RunningServer): Promise<OciClient> {
  return new OciClient(server.origin, { authorization: `Basic ${await tokenOf(server)}` });
}
