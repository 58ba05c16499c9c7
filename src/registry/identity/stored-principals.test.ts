import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import type { AccountId } from "../names.ts";
import type { PolicyText } from "../policy/map-principals.ts";
import type { Role, User } from "./entity.ts";
import { toShownPrincipals, toStoredPrincipals } from "./stored-principals.ts";
import { newUniqueId } from "./unique-id.ts";

const account = "000000000000" as AccountId;
const base = { account, path: "/", createdAt: 0, tags: [], boundary: undefined } as const;
const more = { ...base, revokedBefore: undefined };

function user(name: string, path = "/"): User {
  return { kind: "user", ...more, name, path, id: newUniqueId("AIDA"), login: undefined };
}

function role(name: string, path = "/"): Role {
  return {
    ...{ kind: "role", ...more, name, path, id: newUniqueId("AROA"), trustPolicy: "" },
    ...{ description: "", maxSessionSeconds: 3600, usedAt: undefined, usedRegion: undefined },
  };
}

function policy(statement: object): PolicyText {
  return { text: text(statement) };
}

function text(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
}

describe("principals of a stored policy", () => {
  let opened: TestPorts;
  beforeEach(async () => {
    opened = await testPorts();
  });
  afterEach(() => opened.close());

  function insert(entity: User | Role): Promise<boolean> {
    return opened.ports.metadata.transaction((change) =>
      change.identity.entities.insertIfAbsent(entity),
    );
  }

  async function stored(Principal: unknown): Promise<unknown> {
    const { text } = await toStoredPrincipals(opened.ports, policy({ Principal }));
    return text && JSON.parse(text).Statement[0].Principal;
  }

  async function shown(Principal: unknown): Promise<unknown> {
    const text_ = await toShownPrincipals(opened.ports, text({ Principal }));
    return JSON.parse(text_).Statement[0].Principal;
  }

  it("are users, roles and sessions by unique id, and read as ARNs again", async () => {
    const [ann, app] = [user("Ann", "/staff/"), role("App")];
    await insert(ann);
    await insert(app);
    const arns = [
      "arn:aws:iam::000000000000:user/staff/Ann",
      "arn:aws:iam::000000000000:role/App",
      "arn:aws:sts::000000000000:assumed-role/App/one",
    ];
    expect(await stored({ AWS: arns })).toEqual({ AWS: [ann.id, app.id, `${app.id}:one`] });
    expect(await shown({ AWS: [ann.id, app.id, `${app.id}:one`] })).toEqual({ AWS: arns });
    expect(await stored({ AWS: arns[0] })).toEqual({ AWS: ann.id });
    expect(await stored({ AWS: ann.id })).toEqual({ AWS: ann.id });
  });

  it("read as unique ids once deleted, also when the name is given again", async () => {
    const first = user("Ann");
    await insert(first);
    await opened.ports.metadata.transaction((change) => change.identity.entities.remove(first));
    await insert(user("Ann"));
    expect(await shown({ AWS: first.id })).toEqual({ AWS: first.id });
    expect(
      await toStoredPrincipals(opened.ports, policy({ Principal: { AWS: first.id } })),
    ).toEqual({ unknown: first.id });
  });

  it("must be there, letter by letter, when a policy is put", async () => {
    await insert(user("Ann", "/staff/"));
    await insert(role("App"));
    for (const unknown of [
      "arn:aws:iam::000000000000:user/Bob",
      "arn:aws:iam::000000000000:user/Ann",
      "arn:aws:iam::000000000000:user/staff/ann",
      "arn:aws:iam::000000000000:role/staff/Ann",
      "arn:aws:iam::111111111111:user/staff/Ann",
      "arn:aws:iam::000000000000:group/App",
      "arn:aws:sts::000000000000:assumed-role/app/one",
      "AIDAAAAAAAAAAAAAAAAAA",
    ]) {
      const asked = toStoredPrincipals(opened.ports, policy({ NotPrincipal: { AWS: unknown } }));
      expect(await asked).toEqual({ unknown });
    }
  });

  it("are accounts by their ARN, and nothing else is touched", async () => {
    expect(await stored({ AWS: ["111111111111", "arn:aws:iam::222222222222:root", "*"] })).toEqual({
      AWS: ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root", "*"],
    });
    expect(await stored("*")).toBe("*");
    const others = { Service: "ecr.amazonaws.com", Federated: ["accounts.example"] };
    expect(await stored(others)).toEqual(others);
    const federated = "arn:aws:sts::000000000000:federated-user/Ann";
    expect(await stored({ AWS: federated })).toEqual({ AWS: federated });
  });

  it("leave the rest of the text as it stands, a statement on its own as well", async () => {
    const lone = (arn: string) => ` {"Statement" : { "Action":"sts:AssumeRole",
      "Principal":{"AWS":"${arn}"}, "Condition":{"NumericLessThan":{"a:b":5}}, "Effect":"Allow"},
      "Version":"2012-10-17"}`;
    const { text } = await toStoredPrincipals(opened.ports, { text: lone("111111111111") });
    expect(text).toBe(lone("arn:aws:iam::111111111111:root"));
  });
});
