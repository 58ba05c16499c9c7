import { expect, it } from "vitest";
import { parseRegistryUrl } from "./source-url.ts";

it.each([
  ["https://registry.example.com", { kind: "registry", origin: "https://registry.example.com" }],
  ["http://localhost:5000/", { kind: "registry", origin: "http://localhost:5000" }],
  [
    "harbor://h.example.com/team",
    { kind: "harbor", origin: "https://h.example.com", path: "team" },
  ],
  ["harbor+http://h:8080", { kind: "harbor", origin: "http://h:8080" }],
  ["quay://quay.io/org", { kind: "quay", origin: "https://quay.io", path: "org" }],
  [
    "ecr+http://localhost:5050?region=eu-west-1",
    { kind: "ecr", region: "eu-west-1", apiOrigin: "http://localhost:5050" },
  ],
  [
    "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com",
    {
      kind: "ecr",
      account: "123456789012",
      region: "eu-central-1",
      apiOrigin: "https://api.ecr.eu-central-1.amazonaws.com",
    },
  ],
])("%s is taken apart", (text, expected) => {
  expect(parseRegistryUrl(text)).toMatchObject(expected);
});

it.each(["./layout", "registry.example.com", "ftp://host", "https://user:secret@host", "https://"])(
  "%s is no registry's URL",
  (text) => {
    expect(parseRegistryUrl(text)).toBeUndefined();
  },
);

it("takes a host for ECR's only below AWS's domain", () => {
  const host = "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com.example.com";
  expect(parseRegistryUrl(host)?.kind).toBe("registry");
});
