import { type JsonObject, type JsonValue, parseStrictJson } from "../../strict-json.ts";
import { FileRefused } from "../file-analyzer.ts";
import { adviceLimits } from "./advice-limits.ts";

/** One line of an image's history. */
export interface HistoryEntry {
  readonly createdBy: string;
  readonly comment: string;
  /** It made no layer. */
  readonly isEmptyLayer: boolean;
}

/** What an image's config says, as far as advice needs it. Source: image-spec 1.1, "Image Configuration". */
export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  /** RFC 3339, as written. */
  readonly created?: string;
  /** Empty if none is given: root. */
  readonly user: string;
  /** `NAME=value`. */
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /** `8080/tcp`. */
  readonly exposedPorts: readonly string[];
  /** Docker's addition: `["CMD-SHELL", "curl …"]`; `["NONE"]` turns a base's off. */
  readonly healthcheck?: readonly string[];
  readonly labels: ReadonlyMap<string, string>;
  readonly history: readonly HistoryEntry[];
  /** Of the layers, the lowest first. */
  readonly diffIds: readonly string[];
}

/**
 * Reads an image's config, leniently: what has another type than it should is taken as absent.
 * @throws FileRefused if it is no JSON object, is too large, or has too many entries
 */
export function parseImageConfig(content: Uint8Array): ImageConfig {
  const root = objectOf(parsed(content));
  if (root === undefined) throw new FileRefused("is no image config");
  const config = objectOf(root.get("config")) ?? new Map<string, JsonValue>();
  const rootfs = objectOf(root.get("rootfs"));
  const created = textOf(root, "created");
  const healthcheck = objectOf(config.get("Healthcheck"));
  const test = healthcheck && textsOf(healthcheck, "Test");
  return {
    architecture: textOf(root, "architecture") ?? "",
    os: textOf(root, "os") ?? "",
    ...(created !== undefined && { created }),
    user: textOf(config, "User") ?? "",
    env: textsOf(config, "Env"),
    entrypoint: textsOf(config, "Entrypoint"),
    command: textsOf(config, "Cmd"),
    workingDirectory: textOf(config, "WorkingDir") ?? "",
    exposedPorts: [...(objectOf(config.get("ExposedPorts"))?.keys() ?? [])],
    ...(test !== undefined && test.length > 0 && { healthcheck: test }),
    labels: labelsOf(config),
    history: listOf(root.get("history")).flatMap(historyEntry),
    diffIds: rootfs === undefined ? [] : textsOf(rootfs, "diff_ids"),
  };
}

function parsed(content: Uint8Array): JsonValue {
  if (content.length > adviceLimits.configBytes) {
    throw new FileRefused(`larger than ${adviceLimits.configBytes} bytes`);
  }
  try {
    const text = new TextDecoder().decode(content);
    return parseStrictJson(text, adviceLimits.configDepth, new Set());
  } catch (error) {
    throw new FileRefused(`is no image config: ${(error as Error).message}`);
  }
}

function historyEntry(value: JsonValue): HistoryEntry[] {
  const entry = objectOf(value);
  if (entry === undefined) return [];
  return [
    {
      createdBy: textOf(entry, "created_by") ?? "",
      comment: textOf(entry, "comment") ?? "",
      isEmptyLayer: entry.get("empty_layer") === true,
    },
  ];
}

function labelsOf(config: JsonObject): Map<string, string> {
  const labels = new Map<string, string>();
  for (const [name, value] of objectOf(config.get("Labels")) ?? []) {
    if (typeof value === "string") labels.set(name, value);
  }
  return labels;
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  if (!(value instanceof Map)) return undefined;
  if (value.size > adviceLimits.configEntries) throw new FileRefused("has too many entries");
  return value;
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(value)) return [];
  if (value.length > adviceLimits.configEntries) throw new FileRefused("has too many entries");
  return value;
}

function textOf(object: JsonObject, key: string): string | undefined {
  const value = object.get(key);
  return typeof value === "string" ? value : undefined;
}

function textsOf(object: JsonObject, key: string): string[] {
  return listOf(object.get(key)).filter((item) => typeof item === "string");
}
