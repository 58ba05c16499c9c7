import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, inProportion } from "../../../../test/support/growth.ts";
import { DockerfileError } from "./dockerfile.ts";
import { LintedDockerfile } from "./linted-dockerfile.ts";
import { parseDockerfile } from "./parse-dockerfile.ts";

const instructions = (...lines: string[]) => parseDockerfile(lines.join("\n")).instructions;
const named = (...lines: string[]) => instructions(...lines).map(({ name, text }) => [name, text]);

describe("parseDockerfile", () => {
  it("joins lines that go on, without comments and empty lines between them", () => {
    const [, run, cmd] = instructions(
      "FROM a",
      "RUN one \\",
      "  # why",
      "",
      "  && two \\  ",
      "  && three",
      "CMD x",
    );
    expect(run).toMatchObject({ text: "one   && two   && three", line: 2, endLine: 6 });
    expect(cmd).toMatchObject({ line: 7, endLine: 7 });
  });

  it("goes on with another escape character, where the top of the file says so", () => {
    expect(named("# escape=`", "FROM a", "RUN dir C:\\ `", "  && x")[1]).toEqual([
      "RUN",
      "dir C:\\   && x",
    ]);
    // Below another comment it is one itself.
    expect(named("# hello", "# escape=`", "FROM a", "RUN x `")).toHaveLength(2);
    expect(
      named("# syntax=docker/dockerfile:1", "# escape=`", "FROM a", "RUN x `", "y"),
    ).toHaveLength(2);
    expect(named("\ufefffrom a\r", "run x \\\r", "y\r")).toEqual([
      ["FROM", "a"],
      ["RUN", "x y"],
    ]);
  });

  it("reads here-documents, also several and indented ones, and none inside of quotes", () => {
    const [, run, copy, last] = instructions(
      "FROM a",
      "RUN <<EOF bash",
      "FROM b",
      "# no comment",
      "EOF",
      "COPY <<-'one' <<two /x/",
      "\tFirst",
      "\tone",
      "Second",
      "two",
      'RUN echo "<<EOF" <<< x',
    );
    expect(run!.heredocs).toEqual([{ name: "EOF", line: 3, content: "FROM b\n# no comment\n" }]);
    expect(copy!.heredocs.map(({ content }) => content)).toEqual(["First\n", "Second\n"]);
    expect([copy!.endLine, last!.heredocs]).toEqual([10, []]);
  });

  it("reads flags, exec forms and what is put off until later", () => {
    const [, copy, run, entry, broken, later] = instructions(
      "FROM a",
      "COPY --from=build --chown=1:2 a b /c/",
      "RUN --mount=type=cache,target=/x --network=none make --flag",
      'ENTRYPOINT ["a", "b c"]',
      "CMD ['a']",
      "ONBUILD COPY . .",
    );
    expect(copy).toMatchObject({
      flags: [
        { name: "from", value: "build" },
        { name: "chown", value: "1:2" },
      ],
      text: "a b /c/",
    });
    expect(run).toMatchObject({
      flags: [{ name: "mount" }, { name: "network" }],
      text: "make --flag",
    });
    expect([entry!.json, broken!.json]).toEqual([["a", "b c"], undefined]);
    expect(later).toMatchObject({ name: "COPY", isOnBuild: true, text: ". ." });
  });

  it("tells stages apart, with values of ARG before FROM put in", () => {
    const { stages } = parseDockerfile(
      [
        "ARG VERSION=22 VARIANT=-slim",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Docker puts it in.
        "FROM --platform=$BUILDPLATFORM node:${VERSION}${VARIANT} AS Build",
        "FROM build AS test",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Docker puts it in.
        "FROM ${OTHER:-alpine}:3",
        "FROM $UNKNOWN",
      ].join("\n"),
    );
    expect(stages.map(({ name, base, baseStage }) => [name, base, baseStage?.name])).toEqual([
      ["build", "node:22-slim", undefined],
      ["test", "build", "build"],
      [undefined, "alpine:3", undefined],
      [undefined, undefined, undefined],
    ]);
  });

  it.each([
    [1, "", "there is no instruction in it"],
    [1, "# only a comment", "there is no instruction in it"],
    [1, "RUN x", "RUN is before the first FROM"],
    [1, "ARG A=1", "there is no FROM in it"],
    [2, "FROM a\nRNU x", "did you mean RUN?"],
    [3, "FROM a\nRUN x\n  && apt-get y", "lack a \\ at its end?"],
    [1, '{"a": 1}', "is it a Dockerfile?"],
    [2, "FROM a\nRUN <<EOF\nx", "the here-document <<EOF has no line that ends it"],
    [2, "FROM a\nCOPY", "COPY has nothing behind it"],
    [1, "FROM a b", "FROM is followed by an image"],
    [1, "# escape=x\nFROM a", "the escape character can be"],
    [2, "FROM a\nONBUILD ONBUILD RUN x", "ONBUILD cannot have an ONBUILD in it"],
  ])("refuses at line %i what builders refuse: %j", (line, text, sentence) => {
    const refusal = expect.objectContaining({ line, message: expect.stringContaining(sentence) });
    expect(() => parseDockerfile(text)).toThrow(refusal);
  });

  it("reads or refuses whatever text, soon", () => {
    const word = fc.constantFrom(
      ...[
        "FROM a\n",
        "RUN ",
        "COPY ",
        "<<EOF",
        "EOF\n",
        "\\\n",
        "\n",
        "# x\n",
        "--a=b ",
        "[",
        '"',
        "${A",
        "'",
        "ARG A=",
        "$A",
      ],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        try {
          new LintedDockerfile(parseDockerfile(`FROM a\n${words.join("")}`));
        } catch (error) {
          expect(error).toBeInstanceOf(DockerfileError);
        }
      }),
      { numRuns: 300 },
    );
    for (const piece of [
      "RUN x \\\n",
      "RUN <<A\nA\n",
      "RUN a && ",
      "ARG A=$A\n",
      "COPY --a=b ",
      "# x\n",
    ]) {
      const work = (size: number) => {
        try {
          new LintedDockerfile(parseDockerfile(`FROM a\n${piece.repeat(size)}`));
        } catch (error) {
          expect(error).toBeInstanceOf(DockerfileError);
        }
      };
      expect(growth(work, 2_500), piece).toBeLessThan(inProportion);
    }
  });
});
