import { createHash } from "node:crypto";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const inlineFont = /url\((["']?)data:font\/woff2;base64,([A-Za-z0-9+/=]+)\1\)/g;

/** Fonts that a package has inside its style sheet become files: the page's policy allows no other. */
function fontsAsFiles(): Plugin {
  return {
    name: "fonts-as-files",
    apply: "build",
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "asset" || !file.fileName.endsWith(".css")) continue;
        file.source = String(file.source).replace(inlineFont, (_whole, _quote, base64: string) => {
          const source = Buffer.from(base64, "base64");
          const name = createHash("sha256").update(source).digest("hex").slice(0, 12);
          const fileName = `assets/font-${name}.woff2`;
          this.emitFile({ type: "asset", fileName, source });
          return `url(/console/${fileName})`;
        });
      }
    },
  };
}

/** Files with their content in their names, and nothing inline: the page's policy allows no other. */
export default defineConfig({
  base: "/console/",
  plugins: [react(), fontsAsFiles()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2_000,
    reportCompressedSize: false,
  },
});
