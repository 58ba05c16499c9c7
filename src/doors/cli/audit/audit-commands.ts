import { setTimeout as pause } from "node:timers/promises";
import { type Command, Option } from "commander";
import { auditKinds } from "../../../registry/audit/audit-kinds.ts";
import { verifyTrails } from "../../../registry/trails/verify-trails.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "../command-builder.ts";
import { ProgressBar } from "../progress.ts";
import {
  type AuditFilter,
  AuditFollower,
  type AuditFormat,
  type AuditRecord,
  auditFormats,
  auditRecords,
  recordsText,
  timeOf,
} from "./audit.ts";
import { keysIn, keysOf, listedKeys, verifiedText } from "./verify.ts";

const usualCount = 100;
const followMs = 2_000;

export function addAuditCommands(program: Command, builder: CommandBuilder): void {
  const audit = program.command("audit").description("who did what, and when");
  const list = builder
    .command(audit, "list", "list records of the audit trail, the newest first")
    .option("--who <name>", "a user, session, ARN or access key")
    .option("--what <event>", "an event, such as PutImage")
    .option("--resource <text>", "a part of the ARN of what it was done to")
    .option("--from <address>", "an address that it was asked from")
    .option("--program <text>", "a part of the name of the program that asked, such as docker/")
    .option("--error-code <code>", "an error, such as AccessDeniedException")
    .option("--kind <kind>", `${auditKinds.join(", ")}; may be repeated`, collected)
    .option("--errors", "failures alone")
    .addOption(new Option("--reads", "what only reads").conflicts("writes"))
    .option("--writes", "what may change something")
    .option("--since <time>", "a time, or 24h, 7d and the like before now")
    .option("--until <time>", "likewise")
    .option("--count <records>", `at most so many (default: ${usualCount}; 0: all)`)
    .option("--follow", "go on with what happens from now on, the newest last")
    .addOption(
      new Option("--format <format>", "how to print").choices(auditFormats).default("table"),
    );
  addVerifyCommands(audit, builder);
  builder.addServerOptions(list).action(async (words: Words) => {
    const server = await builder.server(words);
    const filter = filterOf(words, server.now());
    const printer = new Printer(builder, words);
    if (words.follow === true) {
      const follower = new AuditFollower(server, filter);
      const stopped = builder.commands.stopped();
      do {
        printer.print(await follower.next());
        // Stopped meanwhile: that is no failure.
        if (!stopped.aborted) await pause(followMs, undefined, { signal: stopped }).catch(() => {});
      } while (!stopped.aborted);
      return;
    }
    const all: AuditRecord[] = [];
    for await (const some of auditRecords(server, filter, countOf(words.count))) {
      if (printer.isStreaming) printer.print(some);
      else all.push(...some);
    }
    if (!printer.isStreaming) printer.end(all);
  });
}

function addVerifyCommands(audit: Command, builder: CommandBuilder): void {
  const meaning =
    "verify the files that trails wrote: file:///directory, s3://bucket/prefix, or its name";
  const verify = builder
    .command(audit, "verify", meaning)
    .argument("<place>")
    .option(
      "--public-keys <file>",
      "what public-keys printed, instead of asking the server; may be repeated",
      collected,
    );
  builder.addServerOptions(verify).action(async (place: string, words: Words) => {
    const { commands, terminal } = builder;
    const target = commands.trailTarget(builder.given(words), place);
    const files = textsOf(words.publicKeys);
    const serverIn = (region: string) => builder.server({ ...words, region });
    const bar = new ProgressBar(terminal.error);
    try {
      const found = await verifyTrails(target, {
        keys: files.length === 0 ? keysOf(serverIn) : await keysIn(files),
        now: commands.now(),
        onProgress: (verified, total) => bar.update(verified, total, `${verified} files verified`),
      }).finally(() => bar.clear());
      const ok = found.findings.every(({ kind }) => kind !== "problem");
      if (!ok) builder.exitCode = 1;
      builder.show(words, { ok, ...found }, verifiedText(found));
    } finally {
      target.close();
    }
  });
  const keys = builder.command(
    audit,
    "public-keys",
    "print keys that digests of trails are verified by",
  );
  builder.addServerOptions(keys).action(async (words: Words) => {
    const listed = await listedKeys(await builder.server(words));
    builder.show(words, listed, JSON.stringify(listed, undefined, 2));
  });
}

/** A table is as wide as its longest cells, so that it is printed at once; all else as it comes. */
class Printer {
  readonly #builder: CommandBuilder;
  readonly #words: Words;
  readonly #format: AuditFormat;
  #hasHead = true;

  constructor(builder: CommandBuilder, words: Words) {
    this.#builder = builder;
    this.#words = words;
    this.#format = words.json === true ? "ndjson" : (words.format as AuditFormat);
  }

  get isStreaming(): boolean {
    return this.#words.json !== true && this.#format !== "table";
  }

  print(records: readonly AuditRecord[]): void {
    if (records.length === 0) return;
    const { width, terminal } = this.#builder;
    const text = recordsText(records, this.#format, { width, hasHead: this.#hasHead });
    this.#hasHead = false;
    terminal.out.write(`${text}\n`);
  }

  end(records: readonly AuditRecord[]): void {
    const { width } = this.#builder;
    const text =
      records.length === 0
        ? "There is no such record."
        : recordsText(records, "table", { width, hasHead: true });
    this.#builder.show(this.#words, { records }, text);
  }
}

function filterOf(words: Words, now: number): AuditFilter {
  const kinds = textsOf(words.kind).map((name) => {
    const kind = auditKinds.find((known) => known === name);
    if (kind !== undefined) return kind;
    throw new CommandError(`there is no kind "${name}"; there are ${auditKinds.join(", ")}`, 2);
  });
  const time = (word: Words[string]) => {
    const text = textOf(word);
    return text === undefined ? undefined : timeOf(text, now);
  };
  return {
    who: textOf(words.who),
    what: textOf(words.what),
    resource: textOf(words.resource),
    sourceAddress: textOf(words.from),
    userAgent: textOf(words.program),
    errorCode: textOf(words.errorCode),
    errorsOnly: words.errors === true,
    since: time(words.since),
    until: time(words.until),
    ...(kinds.length === 0 ? {} : { kinds }),
    ...((words.reads === true || words.writes === true) && { readOnly: words.reads === true }),
  };
}

function countOf(word: Words[string]): number {
  const text = textOf(word);
  if (text === undefined) return usualCount;
  if (!/^\d{1,9}$/.test(text))
    throw new CommandError(`--count takes a number, and not "${text}"`, 2);
  return Number(text) || Number.POSITIVE_INFINITY;
}
