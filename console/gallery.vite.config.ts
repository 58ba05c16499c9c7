import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The public gallery: a small bundle of its own, of which nothing leads to anything private. */
export default defineConfig({
  root: "src/gallery",
  base: "/gallery-assets/",
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: "../../dist/gallery",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
