import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCvss } from "./cvss.ts";
import { cvss2Metrics } from "./cvss2.ts";
import { cvss3Metrics } from "./cvss3.ts";
import { cvss4Metrics } from "./cvss4.ts";

/** Values of all base metrics in the order of the vector: `NLNN UHHH`, with the score. */
function vectorOf(prefix: string, metrics: Readonly<Record<string, string>>, values: string) {
  const letters = values.replaceAll(" ", "");
  return `${prefix}${Object.keys(metrics)
    .map((name, at) => `${name}:${letters[at]}`)
    .join("/")}`;
}

function checkAll(prefix: string, metrics: Readonly<Record<string, string>>, table: string) {
  const rows = table.trim().split(/\s*[;\n]\s*/);
  for (const row of rows) {
    const at = row.lastIndexOf(" ");
    const vector = vectorOf(prefix, metrics, row.slice(0, at));
    expect(`${vector} ${parseCvss(vector)?.baseScore}`).toBe(`${vector} ${Number(row.slice(at))}`);
  }
  return rows.length;
}

describe("CVSS scores", () => {
  it("of version 2 are those of the specification's examples and of published tables", () => {
    // CVE-2002-0392, CVE-2003-0818 and CVE-2003-0062 are the examples of the specification, 3.3.
    const count = checkAll(
      "",
      cvss2Metrics,
      `NLN NNC 7.8; NLN CCC 10; LHN CCC 6.2; LHM NNN 0; LHM NNP 0.8; LHM NNC 3.7; LHM NPP 2.3
       LHM NPC 4.4; LHM NCC 5.3; LHM PPP 3.4; LHM PPC 4.9; LHM PCC 5.6; LHM CCC 5.9; LHS NNP 1
       LHS PPP 3.5; LHS CCC 6; LHN NNP 1.2; LHN PPP 3.7; LMM NNP 1.3; LMM CCC 6.3; LMS NNP 1.5
       LMS CCC 6.6; LMN NNP 1.9; LMN PPP 4.4; LMN CCC 6.9; LLM NNP 1.4; LLM CCC 6.5; LLS NNP 1.7
       LLS CCC 6.8; LLN NNN 0; LLN NNP 2.1; LLN PPP 4.6; LLN CCC 7.2; AHM NNP 1.2; AHM CCC 6.2
       AHS NNP 1.4; AHS CCC 6.5; AHN NNP 1.8; AHN CCC 6.8; AMM NNP 1.9; AMM NPC 5.4; NLN PPP 7.5
       NMN NPN 4.3; NLN PNN 5; NLN NNP 5; NMN CCC 9.3; NLS PPP 6.5; NMN PPP 6.8; NLN NPN 5`,
    );
    expect(count).toBe(49);
  });

  it("of version 3 are those of the specification's examples and of published tables", () => {
    const table = `
      NLNN CHHH 10; NLNN CHLL 9.9; NLNN CHLN 9.3; NLNN CHNN 8.6; NLNN CLLL 8.3; NLNN CLLN 7.2
      NLNN CLNN 5.8; NLNN UHHH 9.8; NLNN UHHL 9.4; NLNN UHHN 9.1; NLNN UHLL 8.6; NLNN UHLN 8.2
      NLNN UHNN 7.5; NLNN ULLL 7.3; NLNN ULLN 6.5; NLNN ULNN 5.3; NLNN UNNN 0; NLNR CHHH 9.6
      NLNR CHLL 8.8; NLNR CLLN 6.1; NLNR CLNN 4.7; NLNR UHHH 8.8; NLNR UHNN 6.5; NLNR ULNN 4.3
      NLLN CHHH 9.9; NLLN CHNN 7.7; NLLN CLLN 6.4; NLLN CLNN 5; NLLN UHHH 8.8; NLLN ULNN 4.3
      NLLR CHHH 9; NLLR CHHL 8.9; NLLR CLLN 5.4; NLLR CLNN 4.1; NLLR UHHH 8; NLLR ULNN 3.5
      NLHN CHHH 9.1; NLHN CHHL 9; NLHN CHHN 8.7; NLHN CLLN 5.5; NLHN UHHH 7.2; NLHN UHHL 6.7
      NLHN UHNN 4.9; NHNR UNLN 3.1; LLLN UHHH 7.8; PLNN UHHH 6.8; NHNN UHHN 7.4; ALNN CHNH 9.3
      NLNN UNNH 7.5; LHLN UHHH 7; LLHN UHHH 6.7; PLNN UNHN 4.6; NHLN CHHH 8.5; LLNR UHHH 7.8`;
    for (const prefix of ["CVSS:3.0/", "CVSS:3.1/"]) {
      expect(checkAll(prefix, cvss3Metrics, table)).toBe(54);
    }
  });

  it("of version 4 are those of the reference calculator", () => {
    // A sample of the vectors that RedHatProductSecurity/cvss tests itself with, scores as facts.
    const count = checkAll(
      "CVSS:4.0/",
      cvss4Metrics,
      `NLNNN LHL NHL 9.2; NLNNN LLL HNL 7.8; NLNNN LLN NLN 6.9; NLNNN LNH NHN 9.2
       NLNNN NNN HLH 7.9; NLNNP HNL NHN 8.3; NLNNP LNL NHN 6.3; NLNNP LNN LNL 5.3
       NLNNA HHH NNN 8.6; NLNNA HHL NHN 9.2; NLNNA HHN NLL 8.5; NLNNA LLH HHL 8.4
       NLNNA LLN NNN 5.1; NLNLN HLN HNL 8.4; NLNLN HNL NLN 7.1; NLNLN LLN HLL 6.4
       NLNLN NHH NNL 7.2; NLNLP HLL LLL 7.0; NLNLA HHH HNH 9.3; NLNLA NHH NNL 6.9
       NLNLA NLL LLH 6.2; NLNHN HHL HHH 9.3; NLNHN LLL LLN 5.1; NLNHP LHL LLL 6.9
       NLNHP LLN LNN 4.8; NLNHA LNN HNH 6.0; NLPNN HHH HNH 9.5; NLPNN HLL HLL 9.1
       NLPNN HNH LLL 8.3; NLPNN NLL HLL 7.0; NLPNP HHN HNL 8.7; NLPNP LHL LLL 6.1
       NLPNP LLN HNN 4.9; NLPNA HHH HHN 8.8; NLPNA NNN LNN 2.1; NLPLN HHL NNH 8.7
       NLPLN LLL LHL 5.3; NLPLN NNN NLN 2.3; NLPLA HHL LLL 7.3; NLPHN HHN HNL 8.6
       NLPHA NLL LNN 1.8; NHNNN HHN LHL 9.4; NHNNN NNN LLH 7.0; NHNNP LLN NHL 5.1
       NHNNA LLN NNN 2.1; NHNLN HLH HHL 7.3; NHNLP HHH HLH 8.8; NHNLA LLL HHH 5.2
       NHNHN HHN NLH 8.6; NHNHA NNN NHN 4.0; NHPNN HHN NNL 9.1; NHPNN LLH LNN 8.3
       LHNNP LNL NNH 4.3; LHNNP NHH HHL 7.1; LHNNA LNN LNN 1.8; LHNLN HHL NHL 8.5
       LHNLN HHN LNN 7.2; LHNLP LNN NNN 1.0; LHNLA HHN HLN 6.8; LHNLA HLH LNL 4.6
       LHNLA LNN HLH 2.3; LHNLA NLL HNL 2.0; LHNHN HHH HLN 8.5; LHNHP HLN NNN 4.3
       LHNHP NHH HHL 6.0; LHNHA NNH LNN 4.1; LHPNN HHL NHN 8.6; LHPNA LNL LLH 4.5
       LHPLP HHN LLN 5.3; LHPLP LLL LHH 2.3; LHPLA HHN NHN 6.7; LHPLA LLL NNN 1.0
       LHPHN NNH NLN 5.6; LHPHA NLN NHL 2.0; PLNNN HHL LLN 6.9; PLNNN LHL NLN 5.2
       PLNNN LNL LLN 2.4; PLNNP HHL LHH 8.5; PLNNP LNN LHN 4.2; PLNNA HHN HLH 8.4
       PLNLN LLL HLH 4.5; PLNLA LHH HHH 7.2; PLNHN NNN NHN 4.1; PLNHA NLN HLL 4.4
       PLPNN HHL HNL 6.9; PLPNN LLL HHL 2.3; PLPNP NHL LNH 5.7; PLPNA LNL HNN 1.8
       PLPLN HHL NNH 6.7; PLPLN LHN HHH 6.0; PLPLP HHH HNL 6.9; PLPLP HLL NNL 4.4
       NLNNN HHH NNN 9.3; NLNNN HHH HHH 10; NLNNN NNH NNN 8.7; NLNNN NNN NNN 0`,
    );
    expect(count).toBe(96);
  });

  it.each([
    ["AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 7.3],
    ["AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:A", 7.3],
    ["AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:P", 5.9],
    ["AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:U", 4.1],
    ["AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/CR:H/IR:H/AR:M", 7.2],
    ["AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/CR:H/IR:M/AR:L", 7.1],
    ["AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/CR:M/IR:M/AR:H", 7.2],
    ["AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/CR:M/IR:M/AR:M", 5.5],
    ["AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/CR:L/IR:L/AR:L", 5.4],
    ["AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/CR:M/IR:L/AR:H", 0],
    ["AV:L/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/MAV:N/MVC:H/MVI:H/MVA:H", 9.3],
    ["AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/MSI:S/E:X/U:Amber/RE:M", 10],
  ])(
    "of version 4 take threat and environment of %s into the score, not the base",
    (bare, score) => {
      const found = parseCvss(`CVSS:4.0/${bare}`);
      expect(found?.score).toBe(score);
      const base = bare.split("/").slice(0, 11).join("/");
      expect(found?.baseScore).toBe(parseCvss(`CVSS:4.0/${base}`)?.baseScore);
    },
  );

  it.each([
    ["CVSS:2.0/", cvss2Metrics],
    ["CVSS:3.0/", cvss3Metrics],
    ["CVSS:3.1/", cvss3Metrics],
    ["CVSS:4.0/", cvss4Metrics],
  ])("of %s are tenths from 0 to 10, and no less for what is worse", (prefix, metrics) => {
    const names = Object.keys(metrics);
    const values: readonly string[] = Object.values(metrics);
    const chosen = fc.tuple(...values.map((letters) => fc.constantFrom(...letters)));
    const worse = (name: string, value: string) => worst[name]?.indexOf(value) ?? 0;
    fc.assert(
      fc.property(chosen, fc.nat(names.length - 1), fc.nat(3), (vector, at, pick) => {
        const letters = values[at] ?? "";
        const other = vector.with(at, letters[pick % letters.length] ?? "");
        const score = (of: readonly string[]) =>
          parseCvss(vectorOf(prefix, metrics, of.join("")))?.baseScore ?? Number.NaN;
        const [one, two] = [score(vector), score(other)];
        expect(one).toBe(Math.round(one * 10) / 10);
        expect(one).toBeGreaterThanOrEqual(0);
        expect(one).toBeLessThanOrEqual(10);
        const name = names[at] ?? "";
        const isWorse = worse(name, other[at] ?? "") > worse(name, vector[at] ?? "");
        if (isWorse) expect(two).toBeGreaterThanOrEqual(one);
      }),
      { numRuns: 600 },
    );
  });
});

/** Values from harmless to bad. */
const worst: Readonly<Record<string, string>> = {
  ...{ AV: "PLAN", AC: "HML", Au: "MSN", PR: "HLN", AT: "PN", S: "UC" },
  ...{ C: "NPLCH", I: "NPLCH", A: "NPLCH", UI: "ARPN" },
  ...{ VC: "NLH", VI: "NLH", VA: "NLH", SC: "NLH", SI: "NLH", SA: "NLH" },
};

describe("a CVSS vector", () => {
  it("tells its version, and how one gets at what it rates", () => {
    expect(parseCvss("(AV:L/AC:L/Au:N/C:P/I:P/A:P)")).toMatchObject({
      version: "2.0",
      attackVector: "LOCAL",
    });
    expect(parseCvss("AV:N/AC:L/Au:S/C:N/I:P/A:N/E:POC/RL:OF")?.version).toBe("2.0");
    expect(parseCvss("CVSS:3.0/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")).toMatchObject({
      version: "3.0",
      attackVector: "PHYSICAL",
    });
    const adjacent = "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/MAV:N";
    expect(parseCvss(adjacent)).toMatchObject({ version: "3.1", attackVector: "ADJACENT" });
  });

  it.each([
    [""],
    ["CVSS:3.1"],
    ["CVSS:3.1/"],
    ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H"],
    ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X"],
    ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:N"],
    ["CVSS:3.1/AV:NA/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/"],
    ["CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    ["AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:S/SA:N"],
    [`AV:N/AC:L/Au:N/C:P/I:P/A:P/${"x".repeat(600)}:y`],
    ["not a vector"],
  ])("that is not whole is not scored: %s", (vector) => {
    expect(parseCvss(vector)).toBeUndefined();
  });

  it("is read or refused, whatever the text", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("", "CVSS:3.1/", "CVSS:4.0/"), (text, prefix) => {
        const score = parseCvss(prefix + text)?.score ?? 0;
        expect(Number.isFinite(score)).toBe(true);
      }),
    );
  });
});
