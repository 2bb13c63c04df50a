// Builds the page into src/clara/page/: index.html, and assets/ with hashed names and a gzip twin of what shrinks.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
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
  entryPoints: { main: "src/main.tsx", formulas: "src/styles/formulas.css", drawing: "src/drawing/drawing.ts", sound: "src/voice/worklet.ts" },
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
  loader: { ".woff2": "file" },
  define: { "process.env.NODE_ENV": watching ? '"development"' : '"production"' },
  metafile: true,
  logLevel: "warning",
  plugins: [
    { name: "woff2-only", setup: leaveOutOldFonts },
    { name: "publish", setup: publishAfterBuild },
  ],
};

/** KaTeX names each font in three formats; every browser that the page runs in reads the first. */
function leaveOutOldFonts(build) {
  build.onLoad({ filter: /katex(\.min)?\.css$/ }, async ({ path: file }) => {
    const styles = await readFile(file, "utf8");
    return { contents: styles.replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\([^)]*\)/g, ""), loader: "css" };
  });
}

function publishAfterBuild(build) {
  build.onStart(() => rm(staging, { recursive: true, force: true }));
  build.onEnd(async (result) => {
    if (result.errors.length > 0) return;
    const icon = await copyHashed("src/icon.svg");
    const made = madeBy(result.metafile);
    const drawing = await writeHashed("drawing.html", await filled("drawing.html", { SCRIPT: made("src/drawing/drawing.ts") }));
    const page = await filled("index.html", {
      SCRIPT: made("src/main.tsx"),
      STYLE: made("src/main.tsx", "cssBundle"),
      FORMULAS: made("src/styles/formulas.css"),
      DRAWING: drawing,
      SOUND: made("src/voice/worklet.ts"),
      ICON: icon,
    });
    await writeFile(path.join(staging, "index.html"), page);
    await compressAssets();
    await rm(output, { recursive: true, force: true });
    await rename(staging, output);
    const first = `${Math.round((await packedSize(firstLoad(result.metafile))) / 1000)} KB packed at the first load`;
    console.log(`page built in ${path.relative(process.cwd(), output) || output}: ${first}`);
  });
}

async function copyHashed(source) {
  return writeHashed(path.basename(source), await readFile(path.join(here, source)));
}

async function writeHashed(fileName, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase();
  const { name, ext } = path.parse(fileName);
  await mkdir(path.join(staging, "assets"), { recursive: true });
  await writeFile(path.join(staging, "assets", `${name}-${hash}${ext}`), bytes);
  return `/assets/${name}-${hash}${ext}`;
}

/** Returns what an entry point became: its script or style sheet, or the style sheet that goes with its script. */
function madeBy(metafile) {
  return (source, of = "file") => {
    const [file, entry] = Object.entries(metafile.outputs).find(([, made]) => made.entryPoint === source);
    return `/assets/${path.basename(of === "file" ? file : entry[of])}`;
  };
}

/** The files that a browser needs before anything is shown. */
function firstLoad({ outputs }) {
  const [main, entry] = Object.entries(outputs).find(([, made]) => made.entryPoint === "src/main.tsx");
  const needed = new Set([entry.cssBundle, main]);
  for (const file of needed) {
    for (const { path: imported, kind } of outputs[file].imports) if (kind === "import-statement" && imported in outputs) needed.add(imported);
  }
  return [...needed].map((file) => path.basename(file));
}

async function packedSize(names) {
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(output, "assets", `${name}.gz`))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function filled(template, values) {
  const text = await readFile(path.join(here, template), "utf8");
  return text.replace(/%([A-Z]+)%/g, (_, name) => values[name]);
}

async function compressAssets() {
  const folder = path.join(staging, "assets");
  for (const name of await readdir(folder)) {
    if (!/\.(js|css|svg|html)$/.test(name)) continue;
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
