import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.HIGHLINE_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: ["chrome123", "firefox128", "safari17.5"],
    // A page's policy allows no `data:` for scripts and styles, and a font is better cached alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Read by tools/size.mjs.
    manifest: true,
    rolldownOptions: {
      output: {
        // What every page uses in one file, rather than in thirty that are fetched one after another.
        codeSplitting: { groups: [{ name: "ui", test: /src\/(ui|api|app|charts)\/|lucide-react|react-query|query-core/ }] },
      },
    },
  },
  // The workflows in the box, which a new one can begin with, lie beside this folder.
  server: { proxy: { "/api": server }, fs: { allow: [".."] } },
});
