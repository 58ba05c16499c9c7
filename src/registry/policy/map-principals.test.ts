import { describe, expect, it } from "vitest";
import { policyDocument } from "../../../test/policy/attach-policy.ts";
import { mapPrincipals } from "./map-principals.ts";

const user = "arn:aws:iam::111122223333:user/alice";
const role = "arn:aws:iam::111122223333:role/deploy";

const text = `{ "Version":"2012-10-17",
  "Statement" : [
    {"Effect":"Allow", "Principal" : {"AWS":[ "${user}" ,"111122223333", "*"],
        "Service":"lambda.amazonaws.com"},"Action":"ecr:*" , "Condition": {"ArnEquals":{"aws:PrincipalArn":"${user}"}}},
    { "Effect":"Deny","NotPrincipal":{"AWS":"${role}"}, "Action":"ecr:PutImage" },
    { "Effect":"Deny","Principal":"*", "Action":"ecr:PutImage" } ] }`;

const ids: Readonly<Record<string, string>> = {
  [user]: "AIDAALICEALICEALICE1",
  [role]: "AROADEPLOYDEPLOYDEP1",
};
const names = Object.fromEntries(Object.entries(ids).map(([name, id]) => [id, name]));

describe("mapping principals", () => {
  it("changes every named principal and nothing else of the text", () => {
    const stored = mapPrincipals(
      policyDocument(text, "repository"),
      (value) => ids[value] ?? value,
    );
    const expected = text
      .replace(`[ "${user}"`, '[ "AIDAALICEALICEALICE1"')
      .replace(`"AWS":"${role}"`, '"AWS":"AROADEPLOYDEPLOYDEP1"');
    expect(stored).toBe(expected);
  });

  it("47: gives names back for ids, and leaves an id that is nobody's any more", () => {
    const stored = mapPrincipals(
      policyDocument(text, "repository"),
      (value) => ids[value] ?? value,
    );
    const document = policyDocument(stored, "repository");
    expect(mapPrincipals(document, (value) => names[value] ?? value)).toBe(text);
    const afterwards = mapPrincipals(document, (value) => (value === ids[role] ? role : value));
    expect(afterwards).toContain('"AIDAALICEALICEALICE1"');
  });

  it("tells the type of each, and is not asked about everyone", () => {
    const asked: string[] = [];
    mapPrincipals(policyDocument(text, "repository"), (value, type) => {
      asked.push(`${type} ${value}`);
      return value;
    });
    expect(asked).toEqual([
      `AWS ${user}`,
      "AWS 111122223333",
      "Service lambda.amazonaws.com",
      `AWS ${role}`,
    ]);
  });

  it("writes names with quotes and line ends so that they stay one string", () => {
    const odd = mapPrincipals(policyDocument(text, "repository"), () => 'a"\n');
    expect(JSON.parse(odd).Statement[1].NotPrincipal.AWS).toBe('a"\n');
  });
});
