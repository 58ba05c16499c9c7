import { join } from "node:path";
import { requireProgram } from "./programs.ts";
import { type InteropRegistry, region, type Transport } from "./registry.ts";
import { type Finished, fail, succeed } from "./run-program.ts";

/** What an access key consists of, as `aws iam create-access-key` prints it. */
export interface CliKey {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken?: string;
}

/** The AWS CLI as somebody uses it who has one access key and knows one server. */
export class AwsCli {
  readonly #registry: InteropRegistry;
  readonly #transport: Transport;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(
    registry: InteropRegistry,
    transport: Transport,
    env: Readonly<Record<string, string | undefined>> = {},
  ) {
    this.#registry = registry;
    this.#transport = transport;
    this.#env = env;
  }

  /** The same with other variables in its environment. */
  with(env: Readonly<Record<string, string | undefined>>): AwsCli {
    return new AwsCli(this.#registry, this.#transport, { ...this.#env, ...env });
  }

  /** The same with another key. */
  as({ AccessKeyId, SecretAccessKey, SessionToken }: CliKey): AwsCli {
    return this.with({
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
    });
  }

  /** The answer, read from the JSON that it prints; `undefined` where it prints nothing. */
  async ask(...args: string[]) {
    const text = await this.print(...args);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** What it prints. */
  async print(...args: string[]): Promise<string> {
    const { stdout } = await succeed(
      requireProgram("aws"),
      this.#withEndpoint(args),
      this.#options,
    );
    return stdout.trim();
  }

  /** What it says where it must fail. */
  async refusal(...args: string[]): Promise<string> {
    return spoken(await fail(requireProgram("aws"), this.#withEndpoint(args), this.#options));
  }

  /** The sentence of an error of the service, after its code in brackets. */
  async error(...args: string[]): Promise<string> {
    const said = await this.refusal(...args);
    return said.replace(/^An error occurred (\(\w+\)) when calling the \w+ operation: /, "$1 ");
  }

  #withEndpoint(args: readonly string[]): string[] {
    return [`--endpoint-url=${this.#registry.url(this.#transport)}`, ...args];
  }

  get #options() {
    return { env: { ...cliEnvironment(this.#registry, this.#transport), ...this.#env } };
  }
}

/** Root's key, and nothing of the machine's own AWS settings. */
export function cliEnvironment(
  registry: InteropRegistry,
  transport: Transport,
): Record<string, string | undefined> {
  const inherited = Object.keys(process.env).filter((name) => name.startsWith("AWS_"));
  return {
    ...Object.fromEntries(inherited.map((name) => [name, undefined])),
    HOME: registry.scratch,
    AWS_CONFIG_FILE: join(registry.scratch, "no-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(registry.scratch, "no-credentials"),
    AWS_ACCESS_KEY_ID: registry.server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: registry.server.secretAccessKey,
    AWS_DEFAULT_REGION: region,
    AWS_MAX_ATTEMPTS: "1", // A retry would hide a fault.
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
    ...(transport === "TLS" && { AWS_CA_BUNDLE: registry.caFile }),
  };
}

/** What the CLI says, without its remark that we let it try only once. */
function spoken({ stderr }: Finished): string {
  return stderr.replace(" (reached max retries: 0)", "").trim();
}
