import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Highline with a simulated HighLevel, in a folder of its own. */
export interface Highline {
  url: string;
  /** The link that logs in once. */
  login: string | null;
  folder: string;
  /** Ends it, and starts it again at the same address, with the same data. */
  restart: (meanwhile?: () => Promise<void>) => Promise<void>;
  stop: () => Promise<void>;
}

const READY_MS = 30_000;

export async function startHighline(workflows: Record<string, string>, patience = READY_MS): Promise<Highline> {
  const binary = process.env.HIGHLINE;
  if (!binary) throw new Error("HIGHLINE names no binary: use scripts/web.sh test");
  const folder = mkdtempSync(join(tmpdir(), "highline-web-"));
  cpSync(new URL("../../workflows", import.meta.url), join(folder, "workflows"), { recursive: true });
  for (const [name, text] of Object.entries(workflows)) writeFileSync(join(folder, "workflows", `${name}.yaml`), text);
  const { DATABASE_URL: _database, HIGHLINE_API_TOKEN: _token, ...env } = process.env;
  const begin = (listen: string) => spawn(binary, ["demo", "--data", "data", "--workflows", "workflows", "--listen", listen], { cwd: folder, env });
  let child = begin("127.0.0.1:0");
  const said = await heard(child, patience);
  const end = async () => {
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await gone;
  };
  return {
    ...said,
    folder,
    restart: async (meanwhile) => {
      await end();
      await meanwhile?.();
      child = begin(new URL(said.url).host);
      await heard(child, patience);
    },
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until it has said where it listens. */
function heard(child: ChildProcess, patience: number): Promise<{ url: string; login: string | null }> {
  return new Promise((done, refuse) => {
    let text = "";
    const late = setTimeout(() => refuse(new Error(`highline was not ready within ${patience} ms:\n${text}`)), patience);
    const listen = (bytes: Buffer) => {
      text += bytes.toString();
      const url = /^highline: (http:\/\/[^\s,]+)/m.exec(text)?.[1];
      if (!url || !text.includes("Ctrl-C")) return;
      clearTimeout(late);
      const login = /(http:\/\/\S+\/login\?code=\S+)/.exec(text)?.[1] ?? null;
      done({ url, login });
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", (code) => refuse(new Error(`highline ended with ${code}:\n${text}`)));
  });
}
