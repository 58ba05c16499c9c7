/** Makes the pictures of the documents, `docs/pictures/*.png`, of a server that was just filled. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PutRegistryScanningConfigurationCommand } from "@aws-sdk/client-ecr";
import { file, layerArchive } from "../support/layer-archive.ts";
import { npmLayer } from "../support/scanned-images.ts";
import { startServer } from "../support/server.ts";
import { zip } from "../support/zip.ts";
import { openBrowser, signIn, visit } from "./browser.ts";
import { createRepository, ecrOf, pushImage, pushIndex } from "./content.ts";

const folder = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));
const settleMs = 8_000;

const server = await startServer();
const browser = await openBrowser();
try {
  mkdirSync(folder, { recursive: true });
  await fill();
  const shown = await visit(browser, { origin: server.origin });
  const { page } = shown;
  await shown.go("/");
  await signIn(shown, server);
  await shown.heading("Overview");
  const digest = await pushImage(server, "team/pay", "1.1", { layers: layersOf("4.17.20") });
  await new Promise((resolve) => setTimeout(resolve, settleMs)); // Scans come to their end.
  const pictures = [
    ["repositories", "/repositories", 0],
    ["findings", `/r/team/pay/-/i/${digest}?tab=findings`, 430],
    ["lifecycle", "/r/team/pay/-/lifecycle", 0],
  ] as const;
  for (const [name, place, downPx] of pictures) {
    await shown.go(place);
    await page.getByText("Loading", { exact: true }).first().waitFor({ state: "hidden" });
    await page.waitForLoadState("networkidle").catch(() => undefined); // Events go on for ever.
    await page.mouse.move(640, 400);
    await page.mouse.wheel(0, downPx);
    await page.waitForFunction(`scrollY >= ${downPx}`);
    await page.screenshot({ path: `${folder}${name}.png` });
    console.log(`docs/pictures/${name}.png`);
  }
} finally {
  await browser.close();
  await server.stop();
}

function layersOf(lodash: string): Uint8Array[] {
  const content = "groupId=org.apache.logging.log4j\nartifactId=log4j-core\nversion=2.14.1\n";
  const path = "META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties";
  const base = layerArchive([
    file("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n'),
    file("usr/lib/runtime.bin", "runtime ".repeat(40_000)),
  ]);
  const jar = layerArchive([file("app/log4j-core.jar", zip([{ name: path, content }]))]);
  return [base, jar, npmLayer(`lodash@${lodash}`, "minimist@1.2.5")];
}

async function fill(): Promise<void> {
  await ecrOf(server).send(
    new PutRegistryScanningConfigurationCommand({
      scanType: "ENHANCED",
      rules: [
        {
          scanFrequency: "SCAN_ON_PUSH",
          repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }],
        },
      ],
    }),
  );
  for (const name of ["base/debian", "team/pay", "team/shop", "tools/build"]) {
    await createRepository(server, name);
    await pushImage(server, name, "1.0", { layers: layersOf("4.17.21") });
  }
  await pushIndex(server, "team/shop", "2.0", ["amd64", "arm64"]);
}
