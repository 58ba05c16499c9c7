/** What is done to images from their list: each says first what will happen, and then does that. */
import { DescribeImagesCommand, PutImageTagMutabilityCommand } from "@aws-sdk/client-ecr";
import { expect, it } from "vitest";
import type { RunningServer } from "../support/server.ts";
import { expectAccessible, type Visit } from "./browser.ts";
import { createRepository, ecrOf, pushImage } from "./content.ts";
import { signedIn } from "./signed-in.ts";

let server: RunningServer;
let shown: Visit;

signedIn((started, page) => {
  [server, shown] = [started, page];
});

async function tagsOf(repositoryName: string): Promise<Record<string, string>> {
  const { imageDetails = [] } = await ecrOf(server).send(
    new DescribeImagesCommand({ repositoryName }),
  );
  return Object.fromEntries(
    imageDetails.flatMap(({ imageTags = [], imageDigest = "" }) =>
      imageTags.map((tag) => [tag, imageDigest]),
    ),
  );
}

async function statusOf(repositoryName: string, imageDigest: string) {
  const imageIds = [{ imageDigest }];
  const { imageDetails } = await ecrOf(server).send(
    new DescribeImagesCommand({ repositoryName, imageIds, filter: { imageStatus: "ANY" } }),
  );
  return imageDetails?.[0]?.imageStatus;
}

it("images are archived and come back, and those that stay as they are are told", async () => {
  const name = "team/cold";
  await createRepository(server, name);
  const one = await pushImage(server, name, "one", { seed: "one" });
  await pushImage(server, name, "prod", { seed: "live" });
  const { page, go, heading } = shown;
  await go(`/r/${name}/-/images`);
  await heading(name);
  const [archive, restore] = ["Archive", "Restore"].map((name) =>
    page.getByRole("button", { name, exact: true }),
  );
  const dialog = page.getByRole("dialog");
  await page.getByRole("checkbox", { name: "one" }).check();
  expect(await restore!.isDisabled()).toBe(true);
  await archive!.click();
  await dialog.getByText(/1 image of .* cannot be pulled until restored/).waitFor();
  await expectAccessible(shown);
  expect(await statusOf(name, one)).toBe("ACTIVE");
  await dialog.getByRole("button", { name: "Archive", exact: true }).click();
  await page.getByText("1 image was archived.").first().waitFor();
  await page.getByText("archived", { exact: true }).waitFor();
  expect(await statusOf(name, one)).toBe("ARCHIVED");

  await page.getByRole("checkbox", { name: "one" }).check();
  await page.getByRole("checkbox", { name: "prod" }).check();
  await archive!.click();
  await dialog.getByText(/1 image of .* cannot be pulled until restored/).waitFor();
  await dialog.getByText("It has a production tag.").waitFor();
  await dialog.getByText(/^one – sha256:[0-9a-f]+ is archived$/).waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("checkbox", { name: "one" }).check();
  await restore!.click();
  await dialog.getByText(/can be pulled again once all layers are back/).waitFor();
  await dialog.getByRole("button", { name: "Restore", exact: true }).click();
  await page.getByText("1 image is on its way back.").first().waitFor();
  await expect.poll(() => statusOf(name, one)).not.toBe("ARCHIVED");
});

it("a tag is added, moved and removed, and what loses it is told before", async () => {
  const name = "team/tags";
  await createRepository(server, name);
  const one = await pushImage(server, name, "one", { seed: "one" });
  const two = await pushImage(server, name, "two", { seed: "two" });
  const { page, go, heading } = shown;
  await go(`/r/${name}/-/images`);
  await heading(name);
  const dialog = page.getByRole("dialog");
  const retag = async (row: string) => {
    await page.getByRole("checkbox", { name: row }).check();
    await page.getByRole("button", { name: "Retag" }).click();
  };
  const act = dialog.getByRole("button", { name: "Retag" });
  await retag("one");
  await dialog.getByLabel("Tag", { exact: true }).fill("-no");
  await dialog.getByText(/^Tags have letters, digits/).waitFor();
  expect(await act.isDisabled()).toBe(true);
  await dialog.getByLabel("Tag", { exact: true }).fill("stable");
  await dialog.getByText("stable is new, and will name this image.").waitFor();
  await expectAccessible(shown);
  expect(await tagsOf(name)).toEqual({ one, two });
  await act.click();
  await page.getByText("stable names the image now.").first().waitFor();
  expect(await tagsOf(name)).toEqual({ one, stable: one, two });

  await retag("stable");
  await dialog.getByLabel("Tag", { exact: true }).fill("two");
  await dialog.getByText(`two moves here from ${two.slice(0, 19)}.`).waitFor();
  await dialog.getByText(/stays without a tag/).waitFor();
  await act.click();
  await page.getByText("two names the image now.").first().waitFor();
  expect(await tagsOf(name)).toEqual({ one, stable: one, two: one });
  // Until the list has it, the row of that tag is the other image's.
  const row = page.getByRole("row").filter({ hasText: "stable" });
  await row.filter({ hasText: "two" }).waitFor();

  await retag("two");
  await dialog.getByLabel("Remove a tag").check();
  await dialog.getByText("two goes, the image stays.").waitFor();
  await act.click();
  await page.getByText("two was removed.").first().waitFor();
  expect(await tagsOf(name)).toEqual({ one, stable: one });
});

it("the last tag takes the image along, and an immutable tag is said to stay, before", async () => {
  const name = "team/last";
  await createRepository(server, name);
  const one = await pushImage(server, name, "one", { seed: "one" });
  const two = await pushImage(server, name, "two", { seed: "two" });
  const imageTagMutability = "IMMUTABLE";
  await ecrOf(server).send(
    new PutImageTagMutabilityCommand({ repositoryName: name, imageTagMutability }),
  );
  const { page, go, heading } = shown;
  await go(`/r/${name}/-/images`);
  await heading(name);
  const dialog = page.getByRole("dialog");
  await page.getByRole("checkbox", { name: "one" }).check();
  await page.getByRole("button", { name: "Retag" }).click();
  await dialog.getByLabel("Tag", { exact: true }).fill("two");
  await dialog.getByText(/^two cannot be moved/).waitFor();
  await dialog.getByLabel("Remove a tag").check();
  await dialog.getByText(/Unique size that comes back/).waitFor();
  await dialog.getByText(/^one – sha256/).waitFor();
  expect(await tagsOf(name)).toEqual({ one, two });
  await dialog.getByRole("button", { name: "Retag" }).click();
  await page.getByText("one was removed.").first().waitFor();
  expect(await tagsOf(name)).toEqual({ two });
});
