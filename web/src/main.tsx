import "@fontsource-variable/geist/wght.css";
import "@fontsource-variable/geist-mono/wght.css";
import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/client-cache";
import { applyTheme, savedTheme } from "./app/theme";
import { router } from "./router";
import { Toasts } from "./ui/toasts";

applyTheme(savedTheme());

const root = document.getElementById("root");
if (!root) throw new Error("the page has no element #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
);

/** The other pages come once this one stands, so that going on does not wait for them, or fail while the server is away. */
const PAGES = Object.values(import.meta.glob("./pages/*.tsx"));
const REST_MS = 2_000;
/** Not every browser tells when it has nothing to do. */
const idle = () => new Promise<unknown>((done) => ("requestIdleCallback" in window ? requestIdleCallback(done, { timeout: REST_MS }) : setTimeout(done, REST_MS / PAGES.length)));

async function fetchPages(): Promise<void> {
  for (const load of PAGES) {
    await idle();
    await load().catch(() => undefined);
  }
}
window.addEventListener("load", () => setTimeout(() => void fetchPages(), REST_MS));
