/** The command as it is typed. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sarifLog } from "../../../../test/support/sarif-schema.ts";
import { runCommandLine } from "../command-line.ts";
import type { Commands } from "../commands.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lint-"));
  await mkdir(join(directory, "empty"));
  const write = (name: string, ...lines: string[]) =>
    writeFile(join(directory, name), `${lines.join("\n")}\n`);
  await write("Dockerfile", "FROM debian", "RUN curl x | tar x", "USER root");
  await write("good.Dockerfile", "FROM debian:12@sha256:1", "USER 1000");
  await write("broken", "FROM debian", "RUNN x");
  await write("moving", "FROM debian", "\u001b[2JX y");
  await write("binary", "FROM a\0");
  await write("a file #1", "FROM debian", "USER 1000");
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function lint(...words: string[]) {
  const [out, error] = [new PassThrough(), new PassThrough()];
  const unused = () => expect.unreachable("another command was run");
  const commands: Commands = {
    ...{ version: "1.2.3", settings: [], serve: unused, fsck: unused, gc: unused, now: unused },
    ...{ backup: unused, restore: unused, migrate: unused, rotateMasterKey: unused },
    ...{ containerEngine: unused, containerRuntimes: unused, stopped: unused, client: unused },
    ...{ trailTarget: unused, vulndb: unused, scan: unused, takeover: unused },
  };
  const code = await runCommandLine(["lint", ...words], commands, { out, error });
  return { code, out: String(out.read() ?? ""), error: String(error.read() ?? "") };
}

const at = (name: string) => join(directory, name);

describe("entrepot lint", () => {
  it("tells findings as a table, then why and how to do better, and ends with 1", async () => {
    const { code, out, error } = await lint(at("Dockerfile"));
    expect([code, error]).toEqual([1, ""]);
    const lines = out.split("\n");
    expect(lines.slice(0, 4).map((line) => line.split(/ {2,}/))).toEqual([
      ["SEVERITY", "LINE", "RULE", "WHAT"],
      ["medium", "1", "unpinned-base", "`debian` is whatever is newest"],
      [
        "medium",
        "2",
        "pipe-without-pipefail",
        "The RUN goes on where `curl` fails in front of a pipe",
      ],
      ["high", "3", "runs-as-root", "The image runs as root"],
    ]);
    expect(out).toContain("\nruns-as-root\n    The last USER is `root`.");
    expect(out).toContain(`${at("Dockerfile")}: 1 high, 2 medium.`);
  });

  it("finds the Dockerfile of a directory, and has nothing to say of a good one", async () => {
    expect((await lint(directory)).out).toContain("runs-as-root");
    expect(await lint(at("good.Dockerfile"))).toEqual({
      code: 0,
      out: `${at("good.Dockerfile")}: nothing to say.\n`,
      error: "",
    });
  });

  it.each([
    [["--fail-on", "critical"], 0],
    [["--fail-on", "high"], 1],
    [["--fail-on", "never"], 0],
    [["--ignore", "runs-as-root"], 0],
    [["--ignore", "runs-as-root", "--fail-on", "medium"], 1],
    [
      [
        "--ignore",
        "runs-as-root",
        "--ignore",
        "unpinned-base",
        "--ignore",
        "pipe-without-pipefail",
        "--fail-on",
        "info",
      ],
      0,
    ],
  ])("with %j ends with %i", async (words, code) => {
    expect((await lint(at("Dockerfile"), ...words)).code).toBe(code);
  });

  it("answers programs in JSON", async () => {
    const { code, out } = await lint(at("Dockerfile"), "--json");
    const answer = JSON.parse(out) as { ok: boolean; file: string; findings: object[] };
    expect([code, answer.ok, answer.file, answer.findings.length]).toEqual([
      1,
      false,
      at("Dockerfile"),
      3,
    ]);
    expect(answer.findings[2]).toMatchObject({
      id: "runs-as-root",
      severity: "high",
      line: 3,
      endLine: 3,
    });
    expect((await lint(at("Dockerfile"), "--format", "json")).out).toBe(out);
  });

  it("answers in SARIF 2.1.0 with what that requires", async () => {
    const { code, out } = await lint(at("a file #1"), "--format", "sarif");
    expect(code).toBe(0);
    expect(sarifLog.safeParse(JSON.parse(out)).error).toBeUndefined();
    expect(JSON.parse(out)).toEqual({
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: {
              name: "entrepot lint",
              version: "1.2.3",
              rules: [
                { id: "unpinned-base", shortDescription: { text: "A base image is not pinned" } },
              ],
            },
          },
          columnKind: "utf16CodeUnits",
          results: [
            {
              ruleId: "unpinned-base",
              ruleIndex: 0,
              level: "warning",
              message: { text: expect.stringContaining("`debian` is whatever is newest. ") },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: `file://${directory}/a%20file%20%231` },
                    region: { startLine: 1, endLine: 1 },
                  },
                },
              ],
              properties: { severity: "medium" },
            },
          ],
        },
      ],
    });
  });

  it.each([
    ["Dockerflie", [], "there is no file .*Dockerflie; did you mean .*/Dockerfile\\?"],
    ["no/such/file", [], "there is no file .*, and no directory"],
    ["empty", [], "empty has neither a Dockerfile nor a Containerfile in it"],
    ["broken", [], 'broken:2: "RUNN" is no instruction; did you mean RUN\\?'],
    ["moving", [], 'moving:2: "\ufffd\\[2JX" is no instruction'],
    ["binary", [], "binary is no text"],
    [
      "Dockerfile",
      ["--ignore", "run-as-root"],
      'no rule "run-as-root"; did you mean runs-as-root\\?',
    ],
    ["Dockerfile", ["--fail-on", "hihg"], "Allowed choices are info, low"],
    ["Dockerfile", ["--format", "xml"], "Allowed choices are table, json, sarif"],
  ])("says of %s %j what is wrong, and ends with 2", async (name, words, sentence) => {
    const { code, out, error } = await lint(at(name), ...words);
    expect([code, out]).toEqual([2, ""]);
    expect(error).toMatch(new RegExp(`^entrepot: .*${sentence}`));
    expect(error.trim().split("\n")).toHaveLength(1);
  });
});
