/** What an image's config says of it. Source: OCI image specification 1.1, "Image configuration". */
export interface ImageConfig {
  /** `linux`, `amd64`: empty where it does not say. */
  readonly os: string;
  readonly architecture: string;
  readonly author?: string;
  /** As whom its processes run; absent: root. */
  readonly user?: string;
  /** `8080/tcp`. */
  readonly exposedPorts: readonly string[];
}

/** Tolerant: what has another shape than it should is as if it were not there. */
export function parseImageConfig(text: string): ImageConfig {
  const root = objectOf(parsed(text));
  const config = objectOf(root["config"]);
  const author = textOf(root["author"]);
  const user = textOf(config["User"]);
  return {
    os: textOf(root["os"]) ?? "",
    architecture: textOf(root["architecture"]) ?? "",
    ...(author === undefined ? {} : { author }),
    ...(user === undefined ? {} : { user }),
    exposedPorts: Object.keys(objectOf(config["ExposedPorts"])),
  };
}

/** Whether its processes run as root: by no name, by that name, or by its number. */
export function runsAsRoot({ user }: Pick<ImageConfig, "user">): boolean {
  const [name = ""] = (user ?? "").split(":");
  return name === "" || name === "root" || name === "0";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A config that is none says nothing.
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
