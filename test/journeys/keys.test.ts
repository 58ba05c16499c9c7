/** A key is disabled only after what breaks was told, and then needs attention by its alias. */
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { it } from "vitest";
import { expectAccessible, type Visit } from "./browser.ts";
import { ecrOf } from "./content.ts";
import { signedIn } from "./signed-in.ts";

let shown: Visit;
let id: string;

signedIn(async (server, opened) => {
  shown = opened;
  const { accessKeyId, secretAccessKey, origin: endpoint } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const kms = new KMSClient({ region: "us-east-1", endpoint, credentials });
  const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({}));
  id = key?.KeyId ?? "";
  await kms.send(new CreateAliasCommand({ AliasName: "alias/payments", TargetKeyId: id }));
  const encryptionConfiguration = { encryptionType: "KMS", kmsKey: id } as const;
  const repository = { repositoryName: "team/pay", encryptionConfiguration };
  await ecrOf(server).send(new CreateRepositoryCommand(repository));
});

it("the page of a key does not tell that disabling it breaks nothing where that could not be read", async () => {
  const { page, go, heading, expected } = shown;
  expected.add("403");
  await page.route("**/", async (route) => {
    const target = route.request().headers()["x-amz-target"] ?? "";
    if (target.endsWith(".SearchRepositories")) await route.fulfill({ status: 403, body: "{}" });
    else await route.continue();
  });
  await go(`/keys/${id}`);
  await heading("alias/payments");
  await page.getByRole("button", { name: "Disable" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Not known: it could not be read").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.unroute("**/");
  expected.delete("403");
});

it("the page of a key says what disabling it breaks before it does", async () => {
  const { page, go, heading } = shown;
  await go(`/keys/${id}`);
  await heading("alias/payments");
  await page.getByRole("button", { name: "Disable" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("link", { name: "team/pay" }).waitFor();
  await expectAccessible(shown);
  await dialog.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("button", { name: "Enable" }).waitFor();
});

it("the overview names a key that was disabled by its alias", async () => {
  const { page, go, heading } = shown;
  await go("/");
  await heading("Overview");
  await page.getByRole("link", { name: "The key alias/payments is disabled." }).click();
  await heading("alias/payments");
});
