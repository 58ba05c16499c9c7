import { describe, expect, it } from "vitest";
import { buildSteps, firstOwnStep } from "./image-history.ts";

function stepsOf(lines: readonly string[], diffIds: readonly string[] = []) {
  const history = lines.map((createdBy) => ({ createdBy, comment: "", isEmptyLayer: false }));
  return buildSteps({ history, diffIds });
}

describe("buildSteps", () => {
  it.each([
    ["RUN /bin/sh -c apt-get update # buildkit", "RUN", "apt-get update"],
    ["/bin/sh -c make -c x", "RUN", "make -c x"],
    ["/bin/bash -o pipefail -c a | b", "RUN", "a | b"],
    ["RUN make # buildkit", "RUN", "make"],
    ['/bin/sh -c #(nop)  CMD ["bash"]', "CMD", '["bash"]'],
    ["/bin/sh -c #(nop) COPY dir:1 in /app ", "COPY", "dir:1 in /app"],
    ["COPY . /app # buildkit", "COPY", ". /app"],
    ["ENV A=b c", "ENV", "A=b c"],
    ["# debian.sh --arch 'amd64' out/", "", "# debian.sh --arch 'amd64' out/"],
    ["bazel build ...", "", "bazel build ..."],
    ["RUNNER x", "", "RUNNER x"],
  ])("reads %j", (line, instruction, text) => {
    expect(stepsOf([line])).toEqual([{ instruction, text, buildArguments: [] }]);
  });

  it("reads the values that ARG had, with blanks in them", () => {
    const line = "RUN |2 A=1 B=x y /bin/sh -c make # buildkit";
    const [step] = stepsOf([line]);
    expect(step).toEqual({ instruction: "RUN", text: "make", buildArguments: ["A=1", "B=x y"] });
  });

  it("says which layer a step made, only where the numbers of both agree", () => {
    expect(stepsOf(["RUN a", "RUN b"], ["1", "2"]).map((step) => step.layerDiffId)).toEqual([
      "1",
      "2",
    ]);
    expect(stepsOf(["RUN a", "RUN b"], ["1"]).map((step) => step.layerDiffId)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe("firstOwnStep", () => {
  const first = (...lines: string[]) => firstOwnStep(stepsOf(lines));

  it("begins behind the base's own command", () => {
    expect(first("ADD x", 'CMD ["sh"]', "COPY . .", 'CMD ["app"]')).toBe(2);
    expect(first("ADD x", 'ENTRYPOINT ["x"]', 'CMD ["sh"]', "RUN y")).toBe(3);
  });

  it("is the very first where there is no base, or nothing of its own", () => {
    expect(first("COPY . .", 'CMD ["app"]')).toBe(0);
    expect(first("ADD x", 'CMD ["sh"]', "LABEL a=b")).toBe(0);
  });
});
