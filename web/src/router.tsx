import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { Shell } from "./app/shell";
import { Lost, Broken } from "./app/lost";

type Search = Record<string, unknown>;
const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined);

/** Takes the words that a page knows from its address; all others are dropped. */
const only =
  <K extends string>(...names: K[]) =>
  (search: Search) =>
    Object.fromEntries(names.map((name) => [name, text(search[name])])) as Partial<Record<K, string>>;

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost, errorComponent: Broken });
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });
const under = () => shell;

const overview = createRoute({
  getParentRoute: under,
  path: "/",
  validateSearch: only("span"),
  component: lazyRouteComponent(() => import("./pages/overview"), "OverviewPage"),
});
const workflows = createRoute({
  getParentRoute: under,
  path: "/workflows",
  validateSearch: only("text", "show"),
  component: lazyRouteComponent(() => import("./pages/workflows"), "WorkflowsPage"),
});
const workflow = createRoute({
  getParentRoute: under,
  path: "/workflows/$id",
  validateSearch: only("tab", "step", "line", "from", "to", "record", "text", "key", "outcome"),
  component: lazyRouteComponent(() => import("./pages/workflow"), "WorkflowPage"),
});
const runs = createRoute({
  getParentRoute: under,
  path: "/runs",
  validateSearch: only("workflow", "state", "text", "connection", "error_kind", "since", "until"),
  component: lazyRouteComponent(() => import("./pages/runs"), "RunsPage"),
});
const run = createRoute({
  getParentRoute: under,
  path: "/runs/$id",
  validateSearch: only("tab", "step"),
  component: lazyRouteComponent(() => import("./pages/run"), "RunPage"),
});
const newWorkflow = createRoute({
  getParentRoute: under,
  path: "/workflows/new",
  component: lazyRouteComponent(() => import("./pages/new-workflow"), "NewWorkflowPage"),
});
const catalog = createRoute({
  getParentRoute: under,
  path: "/catalog",
  validateSearch: only("text", "app", "category", "kind"),
  component: lazyRouteComponent(() => import("./pages/catalog"), "CatalogPage"),
});
const operation = createRoute({
  getParentRoute: under,
  path: "/catalog/$id",
  component: lazyRouteComponent(() => import("./pages/operation"), "OperationPage"),
});
const connections = createRoute({
  getParentRoute: under,
  path: "/connections",
  component: lazyRouteComponent(() => import("./pages/connections"), "ConnectionsPage"),
});
const tokens = createRoute({
  getParentRoute: under,
  path: "/tokens",
  component: lazyRouteComponent(() => import("./pages/tokens"), "TokensPage"),
});
const audit = createRoute({
  getParentRoute: under,
  path: "/audit",
  validateSearch: only("by", "action", "target", "since", "until"),
  component: lazyRouteComponent(() => import("./pages/audit"), "AuditPage"),
});
const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: only("code", "next"),
  component: lazyRouteComponent(() => import("./pages/login"), "LoginPage"),
});
const nodes = createRoute({
  getParentRoute: under,
  path: "/nodes",
  component: lazyRouteComponent(() => import("./pages/nodes"), "NodesPage"),
});

const lost = createRoute({ getParentRoute: under, path: "$", component: Lost });

const pages = [overview, workflows, newWorkflow, workflow, runs, run, catalog, operation, connections, nodes, tokens, audit, lost] as const;

export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren(pages), login]),
  defaultPreload: "intent",
  // Inside the frame, so that the way to the other pages stays.
  defaultErrorComponent: Broken,
  scrollRestoration: true,
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const kept = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
    const words = new URLSearchParams(kept.map(([name, value]) => [name, String(value)])).toString();
    return words ? `?${words}` : "";
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
