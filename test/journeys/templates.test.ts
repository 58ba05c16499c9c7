/** Creation templates: made, used by a push, changed without losing the rest, deleted. */
import { expect, it } from "vitest";
import type { RunningServer } from "../support/server.ts";
import { expectAccessible, type Visit } from "./browser.ts";
import { ask, pushImage } from "./content.ts";
import { signedIn } from "./signed-in.ts";

let server: RunningServer;
let shown: Visit;

signedIn((started, page) => {
  [server, shown] = [started, page];
});

interface Templates {
  readonly repositoryCreationTemplates: readonly Readonly<Record<string, unknown>>[];
}
const stored = async () =>
  (await ask<Templates>(server, "ecr:DescribeRepositoryCreationTemplates", {}))
    .repositoryCreationTemplates;

it("a template is made, and a push below its prefix makes a repository as it says", async () => {
  const { page, go, heading } = shown;
  await go("/templates");
  await heading("Creation templates");
  await page.getByText("No templates").waitFor();
  await page.getByRole("button", { name: "Create template" }).click();
  const dialog = page.getByRole("dialog");
  const create = dialog.getByRole("button", { name: "Create template", exact: true });
  expect(await create.isDisabled()).toBe(true);
  await dialog.getByRole("textbox", { name: "Prefix" }).fill("team");
  await dialog.getByRole("button", { name: /^Tag mutability/ }).click();
  await page.getByRole("option", { name: /^Immutable/ }).click();
  await dialog.getByRole("textbox", { name: "Lifecycle policy (JSON)" }).fill("{");
  await dialog.getByText("This is not JSON").waitFor();
  expect(await create.isDisabled()).toBe(true);
  await dialog.getByRole("textbox", { name: "Lifecycle policy (JSON)" }).fill("");
  await expectAccessible(shown);
  await create.click();
  await page.getByText("The template for team was created.").first().waitFor();
  await pushImage(server, "team/new", "1.0");
  const { repositories } = await ask<{ repositories: object[] }>(
    ...([server, "ecr:DescribeRepositories", { repositoryNames: ["team/new"] }] as const),
  );
  expect(repositories).toMatchObject([{ imageTagMutability: "IMMUTABLE" }]);
});

it("a change leaves what it does not name, and a deletion asks first", async () => {
  const { page, go, heading } = shown;
  await go("/templates?prefix=team");
  await heading("Creation templates");
  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Description" }).fill("of the team");
  await dialog.getByRole("checkbox", { name: "Replication" }).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("The template for team was changed.").first().waitFor();
  expect(await stored()).toMatchObject([
    {
      ...{ prefix: "team", description: "of the team", imageTagMutability: "IMMUTABLE" },
      appliedFor: expect.arrayContaining(["CREATE_ON_PUSH", "REPLICATION"]),
    },
  ]);
  await page.getByRole("row", { name: /of the team/ }).waitFor();
  await expectAccessible(shown);
  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByText("Repositories stay as they are.").waitFor();
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("The template for team was deleted.").first().waitFor();
  expect(await stored()).toEqual([]);
});
