// What a browser fetches for the overview at its first visit, compressed: at most 250 kB.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, normalize } from "node:path";

const LIMIT = 250_000;
const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const needed = new Set(["index.html"]);

function take(key) {
  const chunk = manifest[key];
  if (!chunk || needed.has(chunk.file)) return;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) needed.add(file);
  for (const other of chunk.imports ?? []) take(other);
}
take("index.html");
take("src/pages/overview.tsx");
for (const font of Object.values(manifest)) {
  if (/geist(-mono)?-latin-wght/.test(font.file)) needed.add(font.file);
}

const size = (file) => {
  const path = normalize(join("dist", file));
  return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;
};
const total = [...needed].reduce((sum, file) => sum + size(file), 0);
console.log(`first load of the dashboard: ${(total / 1000).toFixed(0)} kB compressed in ${needed.size} files (at most ${LIMIT / 1000} kB)`);
if (total > LIMIT) process.exit(1);
