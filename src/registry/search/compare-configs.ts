import type { ImageConfig } from "../scanning/advice/image-config.ts";
import { hideSecrets } from "../scanning/advice/secrets/find-secrets.ts";

/** A setting that is another one; what looks secret is left out of both sides. */
export interface ConfigChange {
  /** `user`, `env PATH`, `label org.opencontainers.image.version`. */
  readonly setting: string;
  /** Absent where the image has no such setting. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** In which settings two configs differ; one that is absent has none. */
export function compareConfigs(
  from: ImageConfig | undefined,
  to: ImageConfig | undefined,
): ConfigChange[] {
  const [before, after] = [settingsOf(from), settingsOf(to)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names
    .filter((name) => before.get(name) !== after.get(name))
    .map((setting) => ({
      ...{ setting, from: shown(setting, before.get(setting)) },
      to: shown(setting, after.get(setting)),
    }));
}

function settingsOf(config: ImageConfig | undefined): ReadonlyMap<string, string> {
  if (config === undefined) return new Map();
  const { os, architecture, user, workingDirectory, entrypoint, command, healthcheck } = config;
  const settings = new Map<string, string>();
  const put = (name: string, value: string) => value !== "" && settings.set(name, value);
  put("os", os);
  put("architecture", architecture);
  put("user", user);
  put("workingDirectory", workingDirectory);
  put("entrypoint", listed(entrypoint));
  put("command", listed(command));
  put("healthcheck", listed(healthcheck ?? []));
  put("exposedPorts", [...config.exposedPorts].sort().join(" "));
  for (const each of config.env) {
    const end = each.indexOf("=");
    settings.set(`env ${end === -1 ? each : each.slice(0, end)}`, each.slice(end + 1));
  }
  for (const [name, value] of config.labels) settings.set(`label ${name}`, value);
  return settings;
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? "" : JSON.stringify(words);
}

/** A value's name tells whether it is secret. */
function shown(setting: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const [, name] = /^(?:env|label) (.*)$/s.exec(setting) ?? [];
  if (name === undefined) return hideSecrets(value);
  const start = `${name}=`;
  const hidden = hideSecrets(start + value);
  return hidden.startsWith(start) ? hidden.slice(start.length) : hideSecrets(value);
}
