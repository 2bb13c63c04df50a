// Builds the page into src/clara/page/: index.html, and assets/ with hashed names and a gzip twin of what shrinks.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const output = path.join(here, "..", "src", "clara", "page");
const staging = path.join(here, "..", "build", "page");
const watching = process.argv.includes("--watch");

const options = {
  absWorkingDir: here,
  entryPoints: { main: "src/main.tsx" },
  outdir: path.join(staging, "assets"),
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  publicPath: "/assets/",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome109", "firefox115", "safari16"],
  jsx: "automatic",
  minify: !watching,
  legalComments: "linked",
  define: { "process.env.NODE_ENV": watching ? '"development"' : '"production"' },
  metafile: true,
  logLevel: "warning",
  plugins: [{ name: "publish", setup: publishAfterBuild }],
};

function publishAfterBuild(build) {
  build.onStart(() => rm(staging, { recursive: true, force: true }));
  build.onEnd(async (result) => {
    if (result.errors.length > 0) return;
    const icon = await copyHashed("src/icon.svg");
    await writeFile(path.join(staging, "index.html"), await document(result.metafile, icon));
    await compressAssets();
    await rm(output, { recursive: true, force: true });
    await rename(staging, output);
    console.log(`page built in ${path.relative(process.cwd(), output) || output}`);
  });
}

async function copyHashed(source) {
  const bytes = await readFile(path.join(here, source));
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase();
  const { name, ext } = path.parse(source);
  await mkdir(path.join(staging, "assets"), { recursive: true });
  await writeFile(path.join(staging, "assets", `${name}-${hash}${ext}`), bytes);
  return `/assets/${name}-${hash}${ext}`;
}

async function document(metafile, icon) {
  const [script, entry] = Object.entries(metafile.outputs).find(([, made]) => made.entryPoint === "src/main.tsx");
  const template = await readFile(path.join(here, "index.html"), "utf8");
  const address = (file) => `/assets/${path.basename(file)}`;
  return template
    .replace("%SCRIPT%", address(script))
    .replace("%STYLE%", address(entry.cssBundle))
    .replace("%ICON%", icon);
}

async function compressAssets() {
  const folder = path.join(staging, "assets");
  for (const name of await readdir(folder)) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const packed = gzipSync(await readFile(path.join(folder, name)), { level: 9 });
    await writeFile(path.join(folder, `${name}.gz`), packed);
  }
}

if (watching) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
}
