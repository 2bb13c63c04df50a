// Bundles test/*.test.ts and runs them with node's own test runner.
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as esbuild from "esbuild";

const folder = await mkdtemp(path.join(os.tmpdir(), "clara-page-"));
const sources = (await readdir("test")).filter((name) => name.endsWith(".test.ts"));
await esbuild.build({
  entryPoints: sources.map((name) => path.join("test", name)),
  outdir: folder,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: "inline",
  logLevel: "warning",
});
const built = (await readdir(folder)).map((name) => path.join(folder, name));
const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], { stdio: "inherit" });
await rm(folder, { recursive: true, force: true });
process.exit(run.status ?? 1);
