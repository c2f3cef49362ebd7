import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { BookOpen, Search } from "lucide-react";
import { apps as appsQuery, operations as operationsQuery, type OperationHead } from "@/api/rooms";
import { KindBadge, kindWord } from "@/catalog/kind";
import { cx } from "@/ui/classes";
import { Empty } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Loaded } from "@/ui/query";
import { many } from "@/ui/words";

const route = getRouteApi("/shell/catalog");

interface Wanted {
  text?: string;
  app?: string;
  category?: string;
  kind?: string;
}

function chosen(all: OperationHead[], { text = "", app, category, kind }: Wanted): OperationHead[] {
  const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((each) => {
    const said = `${each.id} ${each.name} ${each.summary} ${each.category}`.toLowerCase();
    return parts.every((part) => said.includes(part)) && (!app || each.app === app) && (!category || each.category === category) && (!kind || kindWord(each) === kind);
  });
}

export function CatalogPage() {
  const query = useQuery(operationsQuery);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (changed: Wanted) => void navigate({ search: (old) => ({ ...old, ...changed }), replace: true });
  return (
    <Page title="Catalog" under="Every operation that a workflow can use. Open one to see its fields, to try it, and to copy it as YAML.">
      <div className="grid items-start gap-4 lg:grid-cols-[13rem_minmax(0,1fr)]">
        <Categories app={search.app} category={search.category} />
        <div className="flex min-w-0 flex-col gap-3">
          <div className="flex flex-wrap gap-2">
            <label className="field flex grow items-center gap-2 sm:max-w-md">
              <Search size={14} aria-hidden className="shrink-0 text-faint" />
              <input value={search.text ?? ""} onChange={(event) => change({ text: event.target.value })} placeholder="Search: contact tag, appointment" aria-label="Search the catalog" className="w-full min-w-0 bg-transparent outline-none" />
            </label>
            <select aria-label="Kind" className="field" value={search.kind ?? ""} onChange={(event) => change({ kind: event.target.value })}>
              <option value="">Triggers, reads and writes</option>
              <option value="trigger">Triggers</option>
              <option value="read">Reads</option>
              <option value="write">Writes</option>
            </select>
          </div>
          <Loaded of={query} rows={12}>{(all) => <Found operations={chosen(all, search)} />}</Loaded>
        </div>
      </div>
    </Page>
  );
}

function Found({ operations }: { operations: OperationHead[] }) {
  if (operations.length === 0) {
    return <Panel><Empty icon={<BookOpen size={28} aria-hidden />} title="No operation is like this">Take a word out of the search. An app that is not in the box is one YAML file in <code>connectors/</code>.</Empty></Panel>;
  }
  return (
    <>
      <p className="text-xs text-faint" role="status">{many(operations.length, "operation")}</p>
      <ul className="panel overflow-hidden">
        {operations.map((each) => (
          <li key={each.id} className="relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 border-b border-line px-3.5 py-2 [contain-intrinsic-size:auto_56px] [content-visibility:auto] last:border-0 hover:bg-hover">
            <span className="min-w-0">
              <Link to="/catalog/$id" params={{ id: each.id }} className="row-link font-medium">{each.name}</Link>
              <span className="ml-2 hidden text-xs text-faint sm:inline">{each.category}</span>
              <span className="block truncate text-dim" title={each.summary}>{each.summary}</span>
              <code className="block truncate text-xs text-faint">{each.id}</code>
            </span>
            <KindBadge kind={each.kind} effect={each.effect} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Categories({ app, category }: { app?: string; category?: string }) {
  const query = useQuery(appsQuery);
  const row = (current: boolean) => cx("flex h-7 items-center justify-between gap-2 rounded-md px-2 hover:bg-hover", current ? "bg-hover font-medium" : "text-dim");
  return (
    <nav aria-label="Apps and categories" className="max-h-48 overflow-y-auto lg:sticky lg:top-4 lg:max-h-[calc(100dvh-2rem)]">
      <Link to="/catalog" search={(old) => ({ ...old, app: undefined, category: undefined })} className={row(!app)}>All apps</Link>
      <Loaded of={query} rows={6}>
        {(apps) =>
          apps.map((each) => (
            <div key={each.id} className="mt-1">
              <Link to="/catalog" search={(old) => ({ ...old, app: each.id, category: undefined })} className={row(app === each.id && !category)}>
                <span className="truncate">{each.name}</span>
                <span className="text-xs text-faint">{each.operations}</span>
              </Link>
              {(apps.length < 3 || app === each.id) && each.categories.length > 1 && each.categories.map(({ name, operations }) => (
                <Link key={name} to="/catalog" search={(old) => ({ ...old, app: each.id, category: name })} className={cx(row(app === each.id && category === name), "ml-3")}>
                  <span className="truncate">{name}</span>
                  <span className="text-xs text-faint">{operations}</span>
                </Link>
              ))}
            </div>
          ))
        }
      </Loaded>
    </nav>
  );
}
